import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { keptTokens } from './length-config.js';
import { describeOnBackends, expectNoLeak } from './testing/backends.js';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import type { EncodeOptions } from './encode.js';
import { encode } from './encode.js';
import type { EncoderInput } from './encoder/batch.js';
import type { EncoderWeights, LayerNormWeights } from './encoder/weights.js';

const rows = fc.array(fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 4,
});
const configs = fc
  .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((c) => c.sort((a, b) => b - a));

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
};

describeOnBackends('encode', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  const hidden = (inputs: readonly EncoderInput[], options: EncodeOptions = {}): Float32Array => {
    const output = encode(weights, inputs, options);
    const values = output.hidden.dataSync() as Float32Array;
    output.hidden.dispose();
    return values;
  };

  test('a batch gives each row exactly what it gets alone', () => {
    fc.assert(
      fc.property(rows, configs, (ids, config) => {
        const width = Math.max(...ids.map((row) => row.length));
        const batch = hidden(
          ids.map((row) => ({ ids: row })),
          { config },
        );
        ids.forEach((row, b) => {
          const alone = hidden([{ ids: row }], { config });
          const own = batch.subarray(b * width * 16, (b * width + row.length) * 16);
          expect(largestGap(own, alone)).toBeLessThan(2e-5);
          const padding = batch.subarray((b * width + row.length) * 16, (b + 1) * width * 16);
          expect(padding.every((value) => value === 0)).toBe(true);
        });
      }),
      { numRuns: 15 },
    );
  });

  test('the first token alone is the first of all, whether tokens leave, fade or stay, and whichever layers run', () => {
    const retention = tf.fill<tf.Rank.R2>([3, 5], 0.6);
    fc.assert(
      fc.property(rows, configs, (ids, config) => {
        const batch = ids.map((row) => ({ ids: row }));
        const width = Math.max(...ids.map((row) => row.length));
        for (const options of [{}, { config }, { config, layers: [0, 2] }, { softExtract: { retention } }]) {
          const first = hidden(batch, { ...options, wanted: 'first' });
          const all = hidden(batch, options);
          ids.forEach((_, b) => {
            const own = all.subarray(b * width * 16, (b * width + 1) * 16);
            expect(largestGap(first.subarray(b * 16, (b + 1) * 16), own)).toBeLessThan(2e-5);
          });
        }
      }),
      { numRuns: 8 },
    );
    retention.dispose();
  });

  test('ratios of 1 give the plain encoder', () => {
    const inputs = [{ ids: [1, 2, 3, 4, 5] }, { ids: [6, 7] }];
    expect(hidden(inputs, { config: [1, 1, 1] })).toEqual(hidden(inputs));
  });

  test('a token that leaves at the first layer comes back as its embedding', () => {
    const output = tf.tidy(() => {
      const input = [{ ids: [1, 2, 3, 4, 5, 6, 7, 8] }];
      const { hidden: restored, trace } = encode(weights, input, { config: [0.5, 0.5, 0.5], trace: true });
      const kept = (trace[0]?.positions.arraySync() ?? [])[0] ?? [];
      const word = tf.gather(weights.embeddings.word, tf.tensor1d(input[0]?.ids ?? [], 'int32'));
      const types = tf.slice(weights.embeddings.tokenType as tf.Tensor2D, [0, 0], [1, 16]);
      const sum = tf.add(tf.add(word, tf.slice(weights.embeddings.position as tf.Tensor2D, [0, 0], [8, 16])), types);
      const { mean, variance } = tf.moments(sum, -1, true);
      const { gain, bias } = weights.embeddings.norm as LayerNormWeights;
      const embedded = tf.add(tf.mul(tf.div(tf.sub(sum, mean), tf.sqrt(variance)), gain), bias as tf.Tensor1D);
      const gaps = tf.max(tf.abs(tf.sub(tf.squeeze(restored, [0]), embedded)), -1).arraySync() as number[];
      return { kept, gaps };
    });
    expect(output.kept).toHaveLength(4);
    output.gaps.forEach((gap, position) =>
      output.kept.includes(position) ? expect(gap).toBeGreaterThan(1e-3) : expect(gap).toBeLessThan(1e-4),
    );
  });

  test('the trace tells ascending positions, and [CLS] is always among them', () => {
    const inputs = [{ ids: [9, 8, 7, 6, 5, 4, 3, 2, 1] }, { ids: [1, 2, 3, 4] }];
    const config = [0.7, 0.4, 0.2];
    tf.tidy(() => {
      const { trace } = encode(weights, inputs, { config, trace: true });
      expect(trace.map(({ counts }) => counts[0])).toEqual(keptTokens(config, 9));
      for (const { positions, counts } of trace) {
        positions.arraySync().forEach((row, b) => {
          const real = row.slice(0, counts[b]);
          expect(real[0]).toBe(0);
          expect(real).toEqual([...new Set(real)].sort((x, y) => x - y));
        });
      }
    });
  });

  test('without restore the survivors are the same states', () => {
    const inputs = [{ ids: [9, 8, 7, 6, 5, 4, 3, 2] }];
    const config = [0.7, 0.4, 0.3];
    const survivors = hidden(inputs, { config, wanted: 'survivors' });
    const restored = hidden(inputs, { config });
    const last = tf.tidy(
      () => encode(weights, inputs, { config, trace: true }).trace.at(-1)?.positions.arraySync()[0] ?? [],
    );
    last.forEach((position, slot) => {
      const own = restored.subarray(position * 16, (position + 1) * 16);
      expect(largestGap(own, survivors.subarray(slot * 16, (slot + 1) * 16))).toBe(0);
    });
  });

  test('no tensors are left behind', async () => {
    await expectNoLeak(() => hidden([{ ids: [1, 2, 3, 4, 5] }, { ids: [1, 2] }], { config: [0.6, 0.5, 0.4] }));
  });

  test.each<[string, () => unknown, RegExp]>([
    ['an empty batch', () => hidden([]), /The batch is empty/],
    ['an empty row', () => hidden([{ ids: [] }]), /Row 0 has no tokens/],
    [
      'a row longer than the positions',
      () => hidden([{ ids: new Int32Array(25) }]),
      /25 tokens but the model has 24 positions/,
    ],
    ['an id outside the vocabulary', () => hidden([{ ids: [1, 50] }]), /token id 50 is outside 0..49/],
    ['type ids of another length', () => hidden([{ ids: [1, 2], typeIds: [0] }]), /2 ids but 1 type ids/],
    [
      'a configuration for another depth',
      () => hidden([{ ids: [1] }], { config: [0.5] }),
      /1 entries for a model of 3 layers/,
    ],
    ['a rising configuration', () => hidden([{ ids: [1] }], { config: [0.5, 0.6, 0.5] }), /larger than the one before/],
    ['layers out of order', () => hidden([{ ids: [1] }], { layers: [1, 0] }), /expected ascending layer numbers/],
  ])('refuses %s', (_, run, message) => {
    expect(run).toThrow(message);
  });
});
