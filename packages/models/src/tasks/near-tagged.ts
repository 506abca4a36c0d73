import type { LabelledInput } from './labelled-input.js';
import { listTarget } from './target-arrays.js';

/**
 * For each token whether its word or one within reach of it has a tag of its own: 1 where it has, 0 where not, -1 for the first and the last token, which
 * are special.
 *
 * @param outside class number of the tag that says nothing
 * @param reach in words. Default: one on either side
 */
export const nearTagged = (example: LabelledInput, outside: number, reach = 1): number[] => {
  const targets = listTarget(example); // of the first token of each word; -1 for the others
  const last = targets.length - 1;
  const words: boolean[] = []; // whether each word is tagged
  const wordOf = targets.map((target, token) => {
    if (token === 0 || token === last) return -1;
    if (target >= 0) words.push(target !== outside);
    return words.length - 1; // the pieces of a word are of the word before them
  });
  return wordOf.map((word) =>
    word < 0 ? -1 : Number(words.slice(Math.max(0, word - reach), word + reach + 1).includes(true)),
  );
};
