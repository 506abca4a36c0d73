import { createRandom } from '@length-adaptive/core';
import fc from 'fast-check';
import type { FactoriseMethod, HostFactors, InputMoments } from './factorise-matrix.js';
import { factoriseMatrix } from './factorise-matrix.js';
import type { Matrix } from './matrices.js';
import { matrix, multiply, transposed } from './matrices.js';

interface Case {
  readonly w: Matrix;
  /** Inputs, [N, in]. */
  readonly x: Matrix;
}

/** Inputs whose directions differ much in size, some of them hardly there. */
const draw = (inputs: number, outputs: number, tokens: number, seed: number): Case => {
  const random = createRandom(seed);
  const normal = (rows: number, columns: number): Matrix =>
    matrix(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, () => random.normal()),
    );
  const spread = matrix(inputs, inputs);
  for (let i = 0; i < inputs; i++) spread.data[i * inputs + i] = 10 ** (1 - (3 * i) / inputs);
  return {
    w: matrix(inputs, outputs, Float32Array.from(normal(inputs, outputs).data)),
    x: multiply(multiply(normal(tokens, inputs), spread), normal(inputs, inputs)),
  };
};

const momentsOf = ({ w, x }: Case, of: InputMoments['of']): InputMoments => {
  const seen = of === 'inputs' ? x : multiply(x, w);
  const magnitudes = new Float64Array(x.columns);
  x.data.forEach((value, i) => {
    magnitudes[i % x.columns] = (magnitudes[i % x.columns] as number) + Math.abs(value);
  });
  return { tokens: x.rows, magnitudes, squares: multiply(transposed(seen), seen).data, of };
};

const sizeOf = ({ data }: Matrix): number => data.reduce((sum, value) => sum + value * value, 0);

const product = ({ down, up, rank }: HostFactors, { w }: Case, k = rank): Matrix => {
  const left = matrix(w.rows, rank, down);
  const cut = matrix(w.rows, k);
  for (let i = 0; i < w.rows; i++) for (let j = 0; j < k; j++) cut.data[i * k + j] = left.data[i * rank + j] as number;
  return multiply(cut, matrix(k, w.columns, up.slice(0, k * w.columns)));
};

/** Squared error of the outputs on the inputs. */
const errorOf = (factors: HostFactors, own: Case, k?: number): number => {
  const near = product(factors, own, k);
  return sizeOf(
    multiply(
      own.x,
      matrix(
        own.w.rows,
        own.w.columns,
        own.w.data.map((value, i) => value - (near.data[i] as number)),
      ),
    ),
  );
};

const factorise = (own: Case, rank: number, method?: FactoriseMethod, of?: InputMoments['of']): HostFactors =>
  factoriseMatrix(
    Float32Array.from(own.w.data),
    [own.w.rows, own.w.columns],
    momentsOf(own, of ?? (own.w.rows > own.w.columns ? 'outputs' : 'inputs')),
    rank,
    method,
  );

const cases = fc
  .record({
    inputs: fc.integer({ min: 1, max: 14 }),
    outputs: fc.integer({ min: 1, max: 14 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ inputs, outputs, seed, share }) => ({
    own: draw(inputs, outputs, 80, seed),
    rank: Math.max(1, Math.ceil(share * Math.min(inputs, outputs))),
  }));

/**
 * What the error may be above the least one: the moments are kept regular by a millionth of their mean, so that what is least is the error
 * and that millionth of what the matrix itself is off; beside it, rounding to float32.
 */
const slackOf = ({ x, w }: Case): number => (1e-6 * sizeOf(x) * sizeOf(w)) / x.columns + 1e-5 * sizeOf(multiply(x, w));

test('the error is the one that is told, never above that of SVD or of scaled SVD, and falls with the rank', () => {
  fc.assert(
    fc.property(cases, ({ own, rank }) => {
      const whole = sizeOf(multiply(own.x, own.w));
      const slack = slackOf(own);
      const factors = factorise(own, rank);
      const error = errorOf(factors, own);
      expect(Math.abs(error - (factors.errors[rank] as number))).toBeLessThan(slack);
      for (const method of ['plain', 'scaled'] as const)
        expect(error).toBeLessThanOrEqual(errorOf(factorise(own, rank, method), own) + slack);
      expect(Math.abs((factors.errors[0] as number) - whole)).toBeLessThan(slack);
      for (let k = 1; k <= rank; k++) expect(factors.errors[k]).toBeLessThanOrEqual(factors.errors[k - 1] as number);
    }),
    { numRuns: 100 },
  );
});

test('of full rank the product is the matrix', () => {
  fc.assert(
    fc.property(cases, ({ own }) => {
      const near = product(factorise(own, Math.min(own.w.rows, own.w.columns)), own);
      const largest = Math.max(...own.w.data.map(Math.abs));
      near.data.forEach((value, i) => expect(Math.abs(value - (own.w.data[i] as number))).toBeLessThan(1e-4 * largest));
    }),
    { numRuns: 100 },
  );
});

test('smaller factors are parts of the larger ones, and outputs tell what inputs do', () => {
  fc.assert(
    fc.property(cases, ({ own, rank }) => {
      const slack = slackOf(own);
      const large = factorise(own, Math.min(own.w.rows, own.w.columns));
      const part = errorOf(large, own, rank);
      expect(Math.abs(part - errorOf(factorise(own, rank), own))).toBeLessThan(slack);
      if (own.w.rows < own.w.columns) return;
      const other = factorise(own, rank, 'whitened', 'outputs');
      expect(Math.abs(errorOf(other, own) - part)).toBeLessThan(slack);
    }),
    { numRuns: 100 },
  );
});

test('what flows between the factors is of one order where the matrix leaves it', () => {
  const own = draw(12, 12, 200, 3);
  const { down, up, rank } = factorise(own, 6);
  const between = multiply(own.x, matrix(12, rank, down));
  const deviations = Array.from({ length: rank }, (_, k) =>
    Math.sqrt(sizeOf({ rows: 0, columns: 0, data: between.data.filter((_value, i) => i % rank === k) }) / own.x.rows),
  );
  const norms = Array.from({ length: rank }, (_, k) => Math.hypot(...up.subarray(12 * k, 12 * (k + 1))));
  deviations.forEach((deviation, k) => expect(deviation / (norms[k] as number)).toBeCloseTo(1, 3)); // shared out between both
});

test('texts that leave directions out, and none at all of some input', () => {
  const { w } = draw(6, 10, 1, 1);
  const own = { w, x: matrix(3, 6, [1, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) };
  expect(errorOf(factorise(own, 2), own)).toBeLessThan(1e-5 * sizeOf(multiply(own.x, own.w)));
});

test('ranks that the matrix does not have, and moments that are no numbers, are refused', () => {
  const own = draw(4, 6, 20, 1);
  for (const rank of [0, 5, 1.5])
    expect(() => factorise(own, rank)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/rank 1 to 4/) as string }),
    );
  const moments = { ...momentsOf(own, 'inputs'), squares: new Float64Array(16).fill(Number.NaN) };
  expect(() => factoriseMatrix(Float32Array.from(own.w.data), [4, 6], moments, 2)).toThrow(
    expect.objectContaining({ code: 'DATA_INVALID' }),
  );
});
