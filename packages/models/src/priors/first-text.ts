import type { EncoderInput } from '@length-adaptive/core';
import { secondTextStart } from './second-text-start.js';

/** Above what a reducer can score a token by. */
const always = 1e5;

/**
 * All tokens of two texts but those of one always stay, and these are left to the reducer.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on, or a second `[SEP]` before it; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const allButText = (input: EncoderInput, ranked: 0 | 1): Float32Array => {
  const { ids } = input;
  const start = secondTextStart(input);
  if (start === undefined) return new Float32Array(ids.length);
  const end = ids.length - 1; // a special token closes the second text
  const closing = ids[start - 2] === ids[end] ? start - 2 : start - 1; // and one, or two, the first
  const [from, to] = ranked === 0 ? [1, closing] : [start, end];
  return Float32Array.from(ids, (_, token) => (token >= from && token < to ? 0 : always));
};

/**
 * The first of two texts and the special tokens always stay, and the second is left to the reducer: for a query with its document, every
 * layer ranks the tokens of the document alone.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on, or a second `[SEP]` before it; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const firstText = (input: EncoderInput): Float32Array => allButText(input, 1);
