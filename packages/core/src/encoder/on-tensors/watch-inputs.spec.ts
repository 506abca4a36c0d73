import * as tf from '@tensorflow/tfjs';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { encode } from '../../encode.js';
import { describeOnBackends, expectNoLeak } from '../../testing/backends.js';
import type { EncoderInput } from '../batch.js';
import type { AffineWeights, EncoderWeights } from '../weights.js';

const rows: readonly EncoderInput[] = [{ ids: [1, 7, 9, 30, 4] }, { ids: [1, 3] }, { ids: [1, 8, 2] }];

describeOnBackends('watched inputs', () => {
  let weights: EncoderWeights;
  beforeAll(() => (weights = tinyEncoder()));

  /** Sums of x x^T of every map, in the order in which they are first told. */
  const secondMoments = (batches: readonly (readonly EncoderInput[])[]): Map<AffineWeights, Float32Array[]> => {
    const found = new Map<AffineWeights, Float32Array[]>();
    for (const batch of batches)
      tf.tidy(() => {
        encode(weights, batch, {
          watch: (map, x) =>
            found.set(map, [...(found.get(map) ?? []), tf.matMul(x, x, true).dataSync() as Float32Array]),
        });
      });
    return found;
  };

  test('tell every map once a pass, with what padding would add left out', async () => {
    await expectNoLeak(() => {
      const together = secondMoments([rows]);
      const alone = secondMoments(rows.map((row) => [row]));
      const maps = weights.blocks.flatMap(({ attention: { query, key, value, output }, feedForward }) => [
        query,
        key,
        value,
        output,
        feedForward.intermediate,
        feedForward.output,
      ]);
      expect([...together.keys()]).toEqual(maps);
      for (const map of maps) {
        expect([together.get(map)?.length, alone.get(map)?.length]).toEqual([1, 3]);
        const [sum = new Float32Array(0)] = together.get(map) ?? [];
        expect(sum.some((value) => Math.abs(value) > 0.1)).toBe(true);
        sum.forEach((value, i) =>
          expect(alone.get(map)?.reduce((total, one) => total + (one[i] as number), 0)).toBeCloseTo(value, 3),
        );
      }
    });
  });

  test('are for passes at full length', () => {
    expect(() => encode(weights, rows, { config: [0.5, 0.5, 0.5], watch: () => undefined })).toThrow(
      /Both config and watch are given/,
    );
  });
});
