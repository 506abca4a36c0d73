import type { Random } from '@length-adaptive/core/random';

/**
 * Fills a mask: each element is 0 with probability `rate`, else 1 / (1 - rate).
 *
 * Two elements come of each 32-bit number (xorshift, seeded from `random`), because masks are as many numbers as the
 * activations of a model.
 */
export const fillDropoutMask = (mask: Float32Array, rate: number, random: Random): void => {
  const scale = 1 / (1 - rate);
  const threshold = Math.round(rate * 65_536);
  let state = random.integer(1, 2 ** 32 - 1) | 0;
  for (let i = 0; i < mask.length; i += 2) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    mask[i] = (state & 0xffff) < threshold ? 0 : scale;
    mask[i + 1] = state >>> 16 < threshold ? 0 : scale; // beyond the end of an odd mask nothing is written
  }
};
