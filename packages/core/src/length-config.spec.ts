import fc from 'fast-check';
import { CoreError } from './errors.js';
import {
  constantRatioConfig,
  formatLengthConfig,
  fromAbsoluteLengths,
  fullLength,
  halvedTokens,
  isFullLength,
  keptTokens,
  letsLeave,
  parseLengthConfig,
  toAbsoluteLengths,
  validateLengthConfig,
} from './length-config.js';

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof CoreError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
};

const configs = fc
  .array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((ratios) => ratios.sort((a, b) => b - a));

test('a layer keeps ceil(ratio * length) tokens, at least two, never more than there are', () => {
  expect(keptTokens([0.8, 0.6, 0.05], 10)).toEqual([8, 6, 2]);
  expect(keptTokens([0.5, 0.1], 1)).toEqual([1, 1]);
  expect(keptTokens([0.5, 0.1], 100, { minTokens: 30 })).toEqual([50, 30]);
});

test('ratios from a division give back the length they came from', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 512 }), fc.integer({ min: 1, max: 512 }), (a, b) => {
      const [length, inputLength] = [Math.min(a, b), Math.max(a, b)];
      expect(toAbsoluteLengths(fromAbsoluteLengths([length], inputLength), inputLength)).toEqual([length]);
    }),
  );
});

test('kept tokens never rise from layer to layer', () => {
  fc.assert(
    fc.property(configs, fc.integer({ min: 1, max: 512 }), (config, length) => {
      const kept = keptTokens(config, length);
      kept.forEach((count, layer) => expect(count).toBeLessThanOrEqual(kept[layer - 1] ?? length));
    }),
  );
});

test('full length keeps everything', () => {
  expect(isFullLength(fullLength(6))).toBe(true);
  expect(isFullLength([1, 0.9])).toBe(false);
  expect(isFullLength(constantRatioConfig(4, 1))).toBe(true);
  expect(constantRatioConfig(3, 0.5)).toEqual([0.5, 0.25, 0.125]);
  expect(keptTokens(fullLength(3), 17)).toEqual([17, 17, 17]);
});

test('where layers halve, a share is of what those before have made of the input, and nobody else leaves there', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map(halvedTokens)).toEqual([1, 2, 2, 2, 3, 3, 4]);
  expect(keptTokens(fullLength(5), 23, { halving: [2, 4] })).toEqual([23, 23, 12, 12, 6]);
  expect(keptTokens([0.5, 0.5, 0.1, 0.25, 0.25], 23, { halving: [2, 4] })).toEqual([12, 12, 6, 3, 2]);
  expect(keptTokens(fullLength(3), 2, { halving: [1, 2] })).toEqual([2, 2, 2]);
  expect(keptTokens([1, 0.5, 0.5], 12, { halving: [1], running: [0, 2] })).toEqual([12, 12, 6]);
  expect(letsLeave(fullLength(3), 9, { halving: [1] })).toBe(false);
  expect(letsLeave([1, 0.2, 0.2], 9, { halving: [2] })).toBe(true);
  expect(letsLeave([1, 1, 0.2], 9, { halving: [2] })).toBe(false);
  expect(letsLeave([1, 1, 0.2], 9, { running: [0, 1] })).toBe(false); // the layer that they would leave does not run
});

test('reads ratios and absolute lengths, and writes short text', () => {
  expect(parseLengthConfig('0.8, 0.6,0.4')).toEqual([0.8, 0.6, 0.4]);
  expect(parseLengthConfig('[0.8,0.6]', 2)).toEqual([0.8, 0.6]);
  expect(parseLengthConfig('96,64@128')).toEqual([0.75, 0.5]);
  expect(formatLengthConfig([0.8, 0.6])).toBe('0.80 0.60');
  expect(parseLengthConfig(formatLengthConfig([0.8, 0.6]))).toEqual([0.8, 0.6]);
  expect(() => parseLengthConfig('0.9 5,0.5')).toThrow(/entry 1 is 5/);
});

test.each([
  [() => validateLengthConfig([]), /it is empty/],
  [() => validateLengthConfig([0.5], 2), /1 entries for a model of 2 layers/],
  [() => validateLengthConfig([0.5, 0.6]), /entry 1 \(0.6\) is larger/],
  [() => validateLengthConfig([0]), /entry 0 is 0/],
  [() => validateLengthConfig([1.2]), /entry 0 is 1.2/],
  [() => validateLengthConfig([Number.NaN]), /entry 0 is NaN/],
  [() => fromAbsoluteLengths([200], 128), /200 is not a whole number from 1 to the input length 128/],
  [() => parseLengthConfig('0.8;0.6'), /Cannot read/],
  [() => parseLengthConfig('96,64@x'), /Cannot read/],
])('refuses a wrong configuration (%#)', (make, message) => {
  expect(codeOf(make)).toMatch(/^LENGTH_CONFIG_INVALID/);
  expect(codeOf(make)).toMatch(message);
});
