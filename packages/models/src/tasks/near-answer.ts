import type { LabelledInput } from './labelled-input.js';
import { listTarget } from './target-arrays.js';

/** Tokens on either side of an answer that say why it is one. */
const usualReach = 12;

/**
 * For each token of a question with its context whether it is of the question or stands near the answer: 1 where it does, 0 where not, -1 for the
 * first token and the last, which are special. A window without the answer has none near it.
 */
export const nearAnswer = (example: LabelledInput, reach: number = usualReach): number[] => {
  const { ids, typeIds } = example.input;
  const [start = 0, end = 0] = listTarget(example);
  const last = ids.length - 1;
  const context = typeIds ? Array.from(typeIds).indexOf(1) : -1; // -1: the tokens do not say which are of the question
  return Array.from(ids, (_, token) => {
    if (token === 0 || token === last) return -1;
    if (token < context) return 1;
    return Number(end > 0 && token >= start - reach && token <= end + reach);
  });
};
