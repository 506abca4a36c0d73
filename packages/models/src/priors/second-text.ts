import type { EncoderInput } from '@length-adaptive/core';
import { allButText } from './first-text.js';

/**
 * The second of two texts and the special tokens always stay, and the first is left to the reducer: for a long premise with a short hypothesis.
 *
 * @param input as of `firstText`
 * @returns one number a token, 0 or 1e5, for `EncoderInput.prior`
 */
export const secondText = (input: EncoderInput): Float32Array => allButText(input, 0);
