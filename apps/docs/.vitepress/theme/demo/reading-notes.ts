import type { Inspection } from '@length-adaptive/models/worker';
import { percent } from './percent.js';

/** What BERT's tokenizers put in the place of a word that they cannot spell. */
export const unknownToken = '[UNK]';

/** How the words of the texts were read. */
interface WordCounts {
  readonly words: number;
  /** Those that the model cannot read at all. */
  readonly unknown: number;
  /** Those of which it has no more than the letters. */
  readonly spelled: number;
}

/** Marks without letters or digits are no words. */
const countWords = ({ tokens, offsets, sequenceIds }: Inspection['encoding'], texts: readonly string[]): WordCounts => {
  const words: string[][] = [];
  tokens.forEach((token, i) => {
    const [offset, sequence] = [offsets[i], sequenceIds[i] ?? null];
    if (!offset || sequence === null) return;
    if (token.startsWith('##')) words.at(-1)?.push(token.slice(2));
    else if (token === unknownToken || /[\p{L}\p{N}]/u.test(texts[sequence]?.slice(...offset) ?? ''))
      words.push([token]);
  });
  const count = (is: (pieces: readonly string[]) => boolean): number => words.filter(is).length;
  return {
    words: words.length,
    unknown: count(([piece]) => piece === unknownToken),
    spelled: count((pieces) => pieces.length > 1 && pieces.every((piece) => [...piece].length === 1)),
  };
};

const knows = ({ words, unknown, spelled }: WordCounts): string[] => {
  const place = `it sees ${unknownToken} in ${unknown === 1 ? 'its' : 'their'} place, marked below`;
  return [
    ...(unknown > 0 ? [`The model cannot read ${unknown} of ${words} words: ${place}.`] : []),
    ...(spelled > 0 ? [`The model knows only the letters of ${spelled} of ${words} words.`] : []),
    ...(words > 0 && unknown + spelled === words ? ['It knows none of these words: its answer says nothing.'] : []),
  ];
};

/**
 * What a reader must be told of how a text was read: that its end was cut off, that it was read in parts, that the model cannot read its words.
 *
 * @param texts what was read: the text, or the question and the text
 */
export const readingNotes = (
  { prediction, encoding }: Pick<Inspection, 'prediction' | 'encoding'>,
  texts: readonly string[],
): string[] => {
  const { tokens, cutTokens } = prediction;
  const shown = encoding.ids.length;
  return [
    ...(cutTokens
      ? [
          `The text has ${tokens + cutTokens} tokens and the model reads ${tokens}: the last ${cutTokens} (${percent(cutTokens / (tokens + cutTokens))}) are cut off.`,
        ]
      : []),
    ...(tokens > shown
      ? [`The text is read in overlapping parts, ${tokens} tokens together. Below stands the first part, of ${shown}.`]
      : []),
    ...knows(countWords(encoding, texts)),
  ];
};
