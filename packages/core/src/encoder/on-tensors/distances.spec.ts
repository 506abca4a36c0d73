import * as tf from '@tensorflow/tfjs';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { encode } from '../../encode.js';
import { describeOnBackends } from '../../testing/backends.js';
import type { EncoderWeights, RelativePositions } from '../weights.js';
import { distancesOf } from './distances.js';

const inputWidth = 9;

/** Where the tokens of two rows stood, ascending. */
const positions = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: inputWidth - 1 }), { minLength: 4, maxLength: 4 }),
    fc.uniqueArray(fc.integer({ min: 0, max: inputWidth - 1 }), { minLength: 4, maxLength: 4 }),
  )
  .map((rows) => rows.map((row) => row.sort((a, b) => a - b)));

const random = (seed: number, shape: number[]): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);

describeOnBackends('distances', () => {
  /** A row of the table for every distance from -8 to 8. */
  const rows = Array.from({ length: 2 * inputWidth - 1 }, (_, i) => (i * 5) % 7);

  test('a bias and a window are of the distances between the positions of tokens, wherever they are now', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: 0, max: 8 }), (at, window) => {
        tf.tidy(() => {
          const bias = random(1, [7, 2]) as Tensor2D;
          const table = bias.arraySync();
          const found = distancesOf(tf.tensor2d(at, [2, 4], 'int32'), { width: 4, inputWidth })
            .bias({ rows, bias, window })
            ?.arraySync();
          at.forEach((row, b) =>
            row.forEach((query, i) =>
              row.forEach((key, j) =>
                [0, 1].forEach((head) => {
                  const distance = key - query;
                  const value = table[rows[distance + inputWidth - 1] ?? 0]?.[head] ?? Number.NaN;
                  const expected = value + (Math.abs(distance) > window ? -1e9 : 0);
                  expect(found?.[b]?.[head]?.[i]?.[j]).toBeCloseTo(Math.fround(expected), 4);
                }),
              ),
            ),
          );
        });
      }),
      { numRuns: 20 },
    );
  });

  test('turned queries and keys compare by the distance alone', () => {
    tf.tidy(() => {
      const x = random(3, [1, 1, 1, 8]);
      const y = random(4, [1, 1, 1, 8]);
      const compared = (at: number[], stretch?: number): number => {
        const turn = (value: tf.Tensor): Tensor4D =>
          distancesOf(tf.tensor2d([at], [1, 2], 'int32'), { width: 2, inputWidth: 4000 }).turn(
            tf.tile(value, [1, 1, 2, 1]) as Tensor4D,
            { rotation: 10_000, stretch },
          );
        const [q, k] = [turn(x).arraySync()[0]?.[0]?.[0] ?? [], turn(y).arraySync()[0]?.[0]?.[1] ?? []];
        return q.reduce((sum, value, i) => sum + value * (k[i] ?? Number.NaN), 0);
      };
      expect(compared([3, 10])).toBeCloseTo(compared([0, 7]), 4);
      expect(compared([3990, 3997])).toBeCloseTo(compared([0, 7]), 3);
      expect(Math.abs(compared([0, 8]) - compared([0, 7]))).toBeGreaterThan(1e-3);
      expect(compared([6, 20], 2)).toBeCloseTo(compared([3, 10]), 4);
    });
  });

  test('an encoder without a table of positions takes as many tokens as it says, and their order counts by distances', () => {
    const { embeddings, blocks, ...more } = tinyEncoder();
    const relative: RelativePositions = { rotation: 10_000, window: 3 };
    const weights: EncoderWeights = {
      ...more,
      embeddings: { word: embeddings.word, norm: embeddings.norm, mostTokens: 6 },
      blocks: blocks.map((block) => ({ ...block, attention: { ...block.attention, relative } })),
    };
    const states = (ids: number[]): number[] =>
      tf.tidy(() => Array.from(encode(weights, [{ ids }], { config: [0.9, 0.8, 0.7] }).hidden.dataSync()));
    expect(states([1, 2, 3, 4, 5, 6])).not.toEqual(states([1, 3, 2, 4, 5, 6]));
    expect(() => states([1, 2, 3, 4, 5, 6, 7])).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(/Row 0 has 7 tokens but the model has 6 positions/),
      }),
    );
  });
});
