import { createRandom } from '@length-adaptive/core';
import { fillDropoutMask } from './dropout-masks.js';

test.each([0.1, 0.5])('zeroes a share of %p and scales the others so that the mean stays 1', (rate) => {
  const mask = new Float32Array(200_001);
  fillDropoutMask(mask, rate, createRandom(1));
  const dropped = mask.filter((value) => value === 0).length / mask.length;
  expect(Math.abs(dropped - rate)).toBeLessThan(0.005);
  expect(Math.abs(mask.reduce((sum, value) => sum + value, 0) / mask.length - 1)).toBeLessThan(0.01);
  expect(new Set(mask).size).toBe(2);
});

test('the same generator gives the same mask, another one another', () => {
  const maskOf = (seed: number): Float32Array => {
    const mask = new Float32Array(64);
    fillDropoutMask(mask, 0.5, createRandom(seed));
    return mask;
  };
  expect(maskOf(1)).toEqual(maskOf(1));
  expect(maskOf(1)).not.toEqual(maskOf(2));
});
