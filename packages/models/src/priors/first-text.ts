import type { EncoderInput } from '@length-adaptive/core';

/** Above what a reducer can score a token by. */
const always = 1e5;

/** A special token closes the second text, where there is one. */
const isSecond = ({ ids, typeIds = [] }: EncoderInput, token: number): boolean =>
  typeIds[token] === 1 && token < ids.length - 1;

/**
 * The first of two texts and the special tokens always stay, and the second is left to the reducer: for a query with its document, every
 * layer ranks the tokens of the document alone.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const firstText = (input: EncoderInput): Float32Array => {
  const { ids, typeIds = [] } = input;
  if (!Array.from(typeIds).includes(1)) return new Float32Array(ids.length);
  return Float32Array.from(ids, (_, token) => (isSecond(input, token) ? 0 : always));
};
