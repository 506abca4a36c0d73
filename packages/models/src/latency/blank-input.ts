import type { EncoderInput } from '@length-adaptive/core/encoder';
import { imageTokens, pixelCount } from '@length-adaptive/core/encoder';
import type { Dimensions } from '../architectures/architecture.js';

/** An input that says nothing, of so many tokens; an image has as many as always. */
export const blankInput = ({ image }: Pick<Dimensions, 'image'>, tokens: number): EncoderInput =>
  image
    ? { ids: new Int32Array(imageTokens(image)), pixels: new Float32Array(pixelCount(image)) }
    : { ids: new Int32Array(tokens) };
