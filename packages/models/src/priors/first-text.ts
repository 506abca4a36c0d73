import type { EncoderInput } from '@length-adaptive/core';

/** Above what a reducer can score a token by. */
const always = 1e5;

/** Whether a token is of the first text (0) or the second (1); undefined for the special tokens around them. */
const textOf = ({ ids, typeIds = [] }: EncoderInput, token: number): 0 | 1 | undefined => {
  if (token === 0 || token === ids.length - 1) return undefined;
  if (typeIds[token] === 1) return 1;
  return typeIds[token + 1] === 1 ? undefined : 0; // a special token closes the first text
};

/**
 * All tokens of two texts but those of one always stay, and these are left to the reducer.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const allButText = (input: EncoderInput, ranked: 0 | 1): Float32Array => {
  const { ids, typeIds = [] } = input;
  if (!Array.from(typeIds).includes(1)) return new Float32Array(ids.length);
  return Float32Array.from(ids, (_, token) => (textOf(input, token) === ranked ? 0 : always));
};

/**
 * The first of two texts and the special tokens always stay, and the second is left to the reducer: for a query with its document, every
 * layer ranks the tokens of the document alone.
 *
 * @param input `[CLS] first [SEP] second [SEP]`, with segment 1 from the second text on; of one text nothing is ranked
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const firstText = (input: EncoderInput): Float32Array => allButText(input, 1);
