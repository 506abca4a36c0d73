import type { Encoding } from '../tokenizer/tokenizer.js';

const slice = (encoding: Encoding, picked: readonly number[]): Encoding => {
  const pick = <T>(list: readonly T[]): T[] => picked.map((at) => list[at] as T);
  return {
    ids: pick(encoding.ids),
    typeIds: pick(encoding.typeIds),
    tokens: pick(encoding.tokens),
    offsets: pick(encoding.offsets),
    sequenceIds: pick(encoding.sequenceIds),
    truncated: encoding.truncated,
  };
};

/**
 * A text as windows of at most `maxLength` tokens, each with the special tokens of the whole: as few as hold it, of nearly equal length, none
 * sharing a token with another.
 */
export const textWindows = (whole: Encoding, maxLength: number): Encoding[] => {
  if (whole.ids.length <= maxLength) return [whole];
  const places = whole.ids.map((_, at) => at);
  const words = places.filter((at) => whole.sequenceIds[at] !== null);
  const [first = 0, last = 0] = [words[0], words.at(-1)];
  const [before, after] = [places.slice(0, first), places.slice(last + 1)];
  const windows = Math.ceil(words.length / (maxLength - before.length - after.length));
  return Array.from({ length: windows }, (_, i) => {
    const [from, to] = [i, i + 1].map((n) => Math.round((n * words.length) / windows));
    return slice(whole, [...before, ...words.slice(from, to), ...after]);
  });
};
