import { unit } from '@length-adaptive/models/predict';
import { invalidRequest } from '../errors.js';

/** How a client wants its vectors. */
export interface VectorWishes {
  /** Bring them to length 1. Default: as the model gives them. */
  readonly normalize?: boolean | undefined;
  /** Leading numbers that are given. Default: all. */
  readonly dimensions?: number | undefined;
}

const hasUnitLength = (vector: Float32Array): boolean =>
  Math.abs(vector.reduce((sum, value) => sum + value * value, 0) - 1) < 1e-3;

/**
 * A vector as the client wants it; one that is cut from a vector of length 1 has length 1 again.
 *
 * @throws ServerError `REQUEST_INVALID` for more dimensions than it has
 */
export const vectorOf = (whole: Float32Array, { normalize, dimensions = whole.length }: VectorWishes): Float32Array => {
  if (dimensions > whole.length)
    throw invalidRequest(
      `dimensions is ${dimensions}; this model's vectors have ${whole.length}: ask for 1 to ${whole.length}.`,
    );
  const cut = whole.subarray(0, dimensions);
  return normalize === true || (normalize === undefined && dimensions < whole.length && hasUnitLength(whole))
    ? unit(cut)
    : cut;
};

/** The numbers of a vector as little-endian float32, in base64. */
export const vectorBase64 = (vector: Float32Array): string => {
  const bytes = Buffer.alloc(4 * vector.length);
  vector.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString('base64');
};
