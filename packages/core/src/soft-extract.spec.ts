import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import type { EncoderInput } from './encoder/batch.js';
import type { EncodeOptions } from './encode.js';
import { encode } from './encode.js';
import type { EncoderWeights } from './encoder/weights.js';
import { attentionReducer } from './reducers/attention-reducer.js';
import type { ReducerOf } from './reducers/reducer.js';
import type { TensorEngine } from './encoder/on-tensors/tensor-engine.js';
import { createRandom } from './random.js';
import { onDevice } from './selection/on-device.js';
import { onHost } from './selection/on-host.js';
import { configFromRetention, fadeTokens, retentionRegularizer } from './soft-extract.js';
import { describeOnBackends, expectNoLeak } from './testing/backends.js';

const rows = fc.array(fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 }), {
  minLength: 1,
  maxLength: 4,
});
const inputs: EncoderInput[] = [{ ids: [1, 2, 3, 4, 5, 6, 7] }, { ids: [9, 8] }, { ids: [3, 1, 4, 1, 5] }];

const retentionOf = (bins: number, seed = 1): tf.Tensor2D => {
  const random = createRandom(seed);
  return tf.tensor2d(
    Float32Array.from({ length: 3 * bins }, () => 0.2 + 0.6 * random.uniform()),
    [3, bins],
  );
};

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
};

describeOnBackends('soft-extract', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  const hidden = (given: readonly EncoderInput[], options: EncodeOptions = {}): Float32Array =>
    tf.tidy(() => encode(weights, given, options).hidden.dataSync() as Float32Array);

  test('tokens are multiplied by the retention of their rank, the protected one first; padding stays', () => {
    const faded = tf.tidy(() => {
      const extent = { rows: 2, width: 4, counts: [4, 2] };
      const scores = tf.tensor2d([0.1, 0.5, 0.9, 0.5, 0.1, 0.2, -1, -1], [2, 4]);
      return fadeTokens(tf.ones([8, 1]), scores, tf.tensor1d([0.75, 0.5, 0.25, 0]), { extent }).dataSync();
    });
    // Row 1 has two tokens for four bins: rank 1 reads bin floor(1 * 4 / 2).
    expect(Array.from(faded)).toEqual([0.75, 0.25, 0.5, 0, 0.75, 0.25, 1, 1]);
  });

  test('with protectedTokens 0 the first token ranks by its score, as published', () => {
    const faded = tf.tidy(() =>
      fadeTokens(tf.ones([2, 1]), tf.tensor2d([[0.1, 0.9]]), tf.tensor1d([1, 0.5]), {
        extent: { rows: 1, width: 2, counts: [2] },
        protectedTokens: 0,
      }).dataSync(),
    );
    expect(Array.from(faded)).toEqual([0.5, 1]);
  });

  test('host and device rank alike, ties included', () => {
    const scores = fc.array(fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 7, maxLength: 7 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(scores, fc.integer({ min: 0, max: 2 }), (given, protectedTokens) => {
        const [host, device] = [onHost, onDevice].map((place) =>
          tf.tidy(() => place.rankOrder(tf.tensor2d(given), protectedTokens).arraySync()),
        );
        expect(host).toEqual(device);
      }),
      { numRuns: 30 },
    );
  });

  test('a retention of ones changes nothing', () => {
    const retention = tf.ones<tf.Rank.R2>([3, 6]);
    expect(hidden(inputs, { softExtract: { retention } })).toEqual(hidden(inputs));
    retention.dispose();
  });

  test('a batch gives each row exactly what it gets alone', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 24 }), (ids, bins) => {
        const retention = retentionOf(bins);
        const width = Math.max(...ids.map((row) => row.length));
        const batch = hidden(
          ids.map((row) => ({ ids: row })),
          { softExtract: { retention } },
        );
        ids.forEach((row, b) => {
          const alone = hidden([{ ids: row }], { softExtract: { retention } });
          expect(largestGap(batch.subarray(b * width * 16, (b * width + row.length) * 16), alone)).toBeLessThan(2e-5);
          expect(
            batch.subarray((b * width + row.length) * 16, (b + 1) * width * 16).every((value) => value === 0),
          ).toBe(true);
        });
        retention.dispose();
      }),
      { numRuns: 15 },
    );
  });

  test('gradients of retention and embeddings equal finite differences at a fixed ranking', () => {
    const random = createRandom(3);
    const pull = tf.tensor3d(Float32Array.from({ length: 3 * 7 * 16 }, random.normal), [3, 7, 16]);
    const retention = retentionOf(5);
    const { word } = weights.embeddings;
    const { hidden: output, trace } = encode(weights, inputs, { softExtract: { retention }, trace: true });
    const fixed: ReducerOf<TensorEngine> = {
      name: 'fixed',
      score: (_, { layer }) => tf.clone(trace[layer]?.scores as tf.Tensor2D),
    };

    const lossOf =
      (reducer: ReducerOf<TensorEngine>) =>
      (shares: tf.Tensor2D, table: tf.Tensor2D): tf.Scalar => {
        const changed = { ...weights, embeddings: { ...weights.embeddings, word: table } };
        return tf.mean(tf.mul(encode(changed, inputs, { softExtract: { retention: shares }, reducer }).hidden, pull));
      };
    const slopesOf = (reducer: ReducerOf<TensorEngine>): number[][] =>
      tf.tidy(() =>
        tf
          .grads(lossOf(reducer) as (...tensors: tf.Tensor[]) => tf.Scalar)([retention, word])
          .map((slope) => Array.from(slope.dataSync())),
      );
    const [slopes = [], wordSlopes = []] = slopesOf(fixed);
    expect(slopesOf(attentionReducer())).toEqual([slopes, wordSlopes]); // nothing flows into the ranking

    const step = 1e-2;
    const difference = (at: tf.Tensor2D, index: number, loss: (moved: tf.Tensor2D) => tf.Scalar): number => {
      const values = Array.from(at.dataSync());
      const moved = (by: number) =>
        tf.tidy(
          () =>
            loss(
              tf.tensor2d(
                values.map((value, i) => (i === index ? value + by : value)),
                at.shape,
              ),
            ).dataSync()[0] as number,
        );
      return (moved(step) - moved(-step)) / (2 * step);
    };
    slopes.forEach((slope, i) =>
      expect(slope).toBeCloseTo(
        difference(retention, i, (moved) => lossOf(fixed)(moved, word)),
        3,
      ),
    );
    expect(Math.max(...slopes.map(Math.abs))).toBeGreaterThan(0.01);
    for (const i of [16, 3 * 16 + 2, 9 * 16 + 7]) {
      expect(wordSlopes[i]).toBeCloseTo(
        difference(word, i, (moved) => lossOf(fixed)(retention, moved)),
        3,
      );
      expect(wordSlopes[i]).not.toBe(0);
    }
    tf.dispose([pull, retention, output, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
  });

  test('the regulariser is the sum of retention, each layer weighted by its number', async () => {
    await expectNoLeak(() => {
      const value = tf.tidy(() => retentionRegularizer(tf.tensor2d([[1, 0.5], [0.5, 0.25], [0, 1]])).dataSync()[0]); // prettier-ignore
      expect(value).toBe(1.5 + 2 * 0.75 + 3);
    });
  });

  test('no tensors are left behind', async () => {
    await expectNoLeak(() => {
      const retention = retentionOf(4);
      hidden(inputs, { softExtract: { retention } });
      retention.dispose();
    });
  });

  test.each<[string, () => EncodeOptions, RegExp]>([
    [
      'a configuration beside it',
      () => ({ config: [1, 1, 1], softExtract: { retention: tf.ones([3, 4]) } }),
      /Both config and softExtract are given/,
    ],
    [
      'a retention for another depth',
      () => ({ softExtract: { retention: tf.ones([2, 4]) } }),
      /retention is \[2, 4\]; expected \[3, bins\]/,
    ],
    ['a retention without bins', () => ({ softExtract: { retention: tf.zeros([3, 0]) } }), /retention is \[3, 0\]/],
  ])('refuses %s', (_, options, message) => {
    expect(() => tf.tidy(() => hidden(inputs, options()))).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});

test.each<[string, number[][], number[]]>([
  [
    'sums are rounded down',
    [
      [1, 1, 1, 0.5],
      [1, 0.9, 0.2, 0],
    ],
    [0.75, 0.5],
  ],
  [
    'a layer keeps at least one token',
    [
      [0.1, 0.2],
      [0, 0],
    ],
    [0.5, 0.5],
  ],
  [
    'later layers never keep more',
    [
      [1, 1, 0, 0],
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [1, 1, 0, 0],
    ],
    [0.5, 0.5, 0.25, 0.25],
  ],
  ['all of it is full length', [[1, 1, 1]], [1]],
  ['sums that miss a whole number by rounding', [new Array<number>(10).fill(0.1)], [0.1]],
])('configFromRetention: %s', (_, retention, config) => {
  expect(configFromRetention(retention)).toEqual(config);
});

test.each<[string, number[][]]>([
  ['no layers', []],
  ['no bins', [[]]],
  ['ragged rows', [[1, 1], [1]]],
  ['numbers above 1', [[1, 1.5]]],
  ['no numbers', [[Number.NaN]]],
])('configFromRetention refuses %s', (_, retention) => {
  expect(() => configFromRetention(retention)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }) as Error);
});
