import type { EncoderInput } from '@length-adaptive/core';
import { secondTextStart } from './second-text.js';

/** Above what a reducer can score a token by. */
const always = 1e5;

/**
 * The first of two texts and the special tokens always stay, and the second is left to the reducer: for a query with its document, every
 * layer ranks the tokens of the document alone.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on, or a second `[SEP]` before it; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const firstText = (input: EncoderInput): Float32Array => {
  const { ids } = input;
  const start = secondTextStart(input);
  if (start === undefined) return new Float32Array(ids.length);
  const end = ids.length - 1; // a special token closes the second text
  return Float32Array.from(ids, (_, token) => (token >= start && token < end ? 0 : always));
};
