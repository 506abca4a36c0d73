import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { encode } from '../encode.js';
import { breakEvenRank, matrixMacs, rankOf, uniformRanks } from '../ranks.js';
import { tidy } from '../tidy.js';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import { exactFactors, sliceTensors } from '../testing/exact-factors.js';
import type { EncoderFactors } from './factors.js';
import { atRanks } from './factors.js';
import type { AffineWeights, BlockWeights, DenseWeights, EncoderWeights } from './weights.js';

const shares = fc.double({ min: 0.001, max: 1, noNaN: true });
const sizes = fc.integer({ min: 1, max: 2000 });

test('a rank multiplies at most its share of what the matrix does, one rank more would not, and never more than the matrix', () => {
  fc.assert(
    fc.property(shares, sizes, sizes, (share, inputs, outputs) => {
      const rank = rankOf(share, inputs, outputs);
      const macs = matrixMacs(share, inputs, outputs);
      expect(macs).toBeLessThanOrEqual(inputs * outputs);
      if (rank === undefined) {
        expect(macs).toBe(inputs * outputs); // dense where factors are not cheaper
        expect(
          share === 1 || inputs + outputs >= inputs * outputs || share * breakEvenRank(inputs, outputs) > 0.99,
        ).toBe(true);
        return;
      }
      expect(macs).toBe(rank * (inputs + outputs));
      if (rank > 1) expect(macs).toBeLessThanOrEqual(share * inputs * outputs * (1 + 1e-6) + 1e-5 * (inputs + outputs));
      expect((rank + 1) * (inputs + outputs)).toBeGreaterThan(share * inputs * outputs);
    }),
    { numRuns: 1000 },
  );
  expect([rankOf(1, 384, 384), rankOf(0.5, 384, 384), rankOf(0.5, 384, 1536), rankOf(0.001, 8, 8)]).toEqual([
    undefined,
    96,
    153,
    1,
  ]);
});

/** Every matrix as two of the smaller size: what factors of full rank are. */
const inExactFactors = (weights: EncoderWeights): EncoderWeights => {
  const { blocks } = exactFactors(weights);
  const of = <Names extends string>(
    own: Partial<Record<NoInfer<Names>, AffineWeights | undefined>>,
    factors: Partial<Record<Names, object>>,
  ) =>
    Object.fromEntries(
      Object.keys(factors).map((name) => [name, { ...factors[name as Names], bias: own[name as Names]?.bias }]),
    );
  return {
    ...weights,
    blocks: weights.blocks.map(({ attention, feedForward }, layer): BlockWeights => {
      const block = blocks[layer] as EncoderFactors['blocks'][number];
      return {
        attention: { ...attention, ...of(attention, block.attention) },
        feedForward: { ...feedForward, ...of(feedForward, block.feedForward) },
      };
    }),
  };
};

const rows = [{ ids: [1, 7, 9, 30, 4, 4, 2] }, { ids: [1, 3, 2] }];

describeOnBackends('an encoder in factors', () => {
  let weights: EncoderWeights;
  beforeAll(() => (weights = tinyEncoder()));

  const states = (of: EncoderWeights): Float32Array =>
    tf.tidy(() => encode(of, rows, { config: [1, 0.6, 0.5] }).hidden.dataSync() as Float32Array);
  const difference = (a: Float32Array, b: Float32Array): number =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

  test('of full rank is the whole encoder', async () => {
    await expectNoLeak(() => {
      const factored = tf.tidy(() => states(inExactFactors(weights)));
      expect(difference(states(weights), factored)).toBeLessThan(1e-4);
    });
  });

  test('at ranks computes with the products of parts of its factors', async () => {
    await expectNoLeak(() =>
      tf.tidy(() => {
        const factors = exactFactors(weights);
        const ranks = { attention: [0.5, 1, 0.25], feedForward: [1, 0.75, 0.5] };
        const factored = atRanks(weights, factors, ranks, sliceTensors) as EncoderWeights;
        const multiplied = (affine: AffineWeights): DenseWeights =>
          'kernel' in affine ? affine : { kernel: tf.matMul(affine.down, affine.up), bias: affine.bias };
        const dense = {
          ...factored,
          blocks: factored.blocks.map(({ attention, feedForward }) => ({
            attention: {
              ...attention,
              query: multiplied(attention.query),
              key: multiplied(attention.key),
              value: multiplied(attention.value),
              output: multiplied(attention.output),
            },
            feedForward: {
              ...feedForward,
              intermediate: multiplied(feedForward.intermediate),
              output: multiplied(feedForward.output),
            },
          })),
        };
        expect(factored.blocks[1]?.attention.query).toBe(weights.blocks[1]?.attention.query); // at 1 as it is
        expect(factored.blocks[0]?.attention.query).toMatchObject({ down: { shape: [16, 4] }, up: { shape: [4, 16] } });
        expect(difference(states(factored), states(dense))).toBeLessThan(1e-4);
        expect(difference(states(factored), states(weights))).toBeGreaterThan(1e-2);
      }),
    );
  });

  test('gradients reach both factors', () => {
    const factored = tidy(() => inExactFactors(weights));
    const { down, up } = factored.blocks[0]?.feedForward.intermediate as Exclude<AffineWeights, DenseWeights>;
    const [left, right] = tf.grads((a, b) => {
      const [first, ...rest] = factored.blocks as [BlockWeights, ...BlockWeights[]];
      const intermediate = { ...first.feedForward.intermediate, down: a as tf.Tensor2D, up: b as tf.Tensor2D };
      const block = { ...first, feedForward: { ...first.feedForward, intermediate } };
      return tf.sum(tf.square(encode({ ...factored, blocks: [block, ...rest] }, rows).hidden));
    })([down, up]);
    expect([left?.shape, right?.shape]).toEqual([down.shape, up.shape]);
    for (const gradient of [left, right])
      expect((gradient as tf.Tensor).dataSync().some((slope) => Math.abs(slope) > 1e-4)).toBe(true);
  });
});

test('ranks above those of the factors are refused', () => {
  const weights = tinyEncoder();
  const small = tidy(() => {
    const { blocks } = exactFactors(weights);
    const [first, ...rest] = blocks as [EncoderFactors['blocks'][number], ...EncoderFactors['blocks'][number][]];
    const query = { down: tf.zeros<tf.Rank.R2>([16, 2]), up: tf.zeros<tf.Rank.R2>([2, 16]) };
    return { blocks: [{ ...first, attention: { ...first.attention, query } }, ...rest] };
  });
  const none = { blocks: weights.blocks.map(() => ({ attention: {}, feedForward: {} })) };
  expect(() => atRanks(weights, none, uniformRanks(3, 0.5), sliceTensors)).toThrow(/the model has no factors there/);
  expect(atRanks(weights, none, uniformRanks(3, 1), sliceTensors).blocks).toEqual(weights.blocks);
  expect(() => atRanks(weights, small, uniformRanks(3, 0.5), sliceTensors)).toThrow(
    expect.objectContaining({
      code: 'OPERATING_POINT_INVALID',
      message: expect.stringMatching(
        /ask for 0\.5 in "attention" of layer 0, rank 4, and the model has factors of rank 2 there/,
      ) as string,
    }),
  );
});
