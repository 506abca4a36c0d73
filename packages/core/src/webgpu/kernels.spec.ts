/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import * as tf from '@tensorflow/tfjs';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { startBackend } from '../backend/index.js';
import type { EncodeOptions } from '../encode.js';
import { encode } from '../encode.js';
import { activate } from '../encoder/on-tensors/activation.js';
import { attentionSoftmax } from '../encoder/on-tensors/attention.js';
import { addAndNorm } from '../encoder/on-tensors/dense.js';
import type { EncoderWeights } from '../encoder/weights.js';
import { createRandom } from '../random.js';
import { clsAttentionReducer } from '../reducers/cls-attention-reducer.js';
import { attentionSignificance } from '../significance.js';
import { ownKernel } from '../own-kernels.js';
import { keepOrder } from '../selection/selection.js';

const random = createRandom(5);
const normal = (shape: number[], scale = 1): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => scale * random.normal()),
    shape,
  );

/** The same with the composed operations, as a gradient would ask for them. */
const composed = (run: () => tf.Tensor): tf.Tensor => {
  let result: tf.Tensor | undefined;
  tf.tidy(() => {
    tf.grad((x) => {
      result = tf.keep(run());
      return tf.sum(x);
    })(tf.scalar(1));
  });
  if (!result) throw new Error('nothing was computed');
  return result;
};

/** Largest difference between the kernel and the composed operations. */
const gapOf = async (run: () => tf.Tensor): Promise<number> => {
  const [own, other] = [tf.tidy(run), composed(() => tf.tidy(run))];
  expect(own.shape).toEqual(other.shape);
  const [a, b] = [await own.data(), await other.data()];
  tf.dispose([own, other]);
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0);
};

/** The kernels that a run starts. */
const startedBy = (run: () => unknown): string[] => {
  const profile = tf.engine() as unknown as { runKernelFunc: (params: { kernelName: string }) => unknown };
  const original = profile.runKernelFunc.bind(profile);
  const names: string[] = [];
  profile.runKernelFunc = (params) => {
    names.push(params.kernelName);
    return original(params);
  };
  try {
    run();
  } finally {
    profile.runKernelFunc = original;
  }
  return names;
};

const missing = webGpuMissing();
(missing === undefined ? describe : describe.skip)(`kernels of ours on webgpu (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(async () => {
    await startBackend({ backends: ['webgpu'] });
  });

  test.each([
    [1, 16],
    [3, 100],
    [70, 384],
    [70_000, 4], // more workgroups than a dimension may have
  ])('addAndNorm of [%i, %i]', async (rows, size) => {
    const [x, y, gain, bias] = [normal([rows, size], 3), normal([rows, size]), normal([size]), normal([size])] as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    expect(await gapOf(() => addAndNorm(x, y, { gain, bias }, 1e-12))).toBeLessThan(2e-5);
    tf.dispose([x, y, gain, bias]);
  });

  test.each(['gelu', 'gelu_new', 'relu', 'silu', 'quick_gelu'] as const)(
    '%s, from far below zero to far above',
    async (kind) => {
      const x = tf.tensor2d(
        Array.from({ length: 1000 }, (_, i) => (i - 500) / 40),
        [10, 100],
      );
      expect(await gapOf(() => activate(x, kind))).toBeLessThan(2e-6);
      x.dispose();
    },
  );

  test.each([
    { counts: [7], width: 7, voters: 'all' },
    { counts: [130, 1, 65], width: 130, voters: 'all' },
    { counts: [7], width: 7, voters: 'first' },
    { counts: [130, 1, 65], width: 130, voters: 'first' },
  ] as const)('significance of $counts tokens in rows of $width, $voters voting', async ({ counts, width, voters }) => {
    const probabilities = tf.tidy(() => tf.softmax(normal([counts.length, 3, width, width]))) as tf.Tensor4D;
    expect(
      await gapOf(() => attentionSignificance(probabilities, { rows: counts.length, width, counts }, { voters })),
    ).toBeLessThan(1e-5);
    probabilities.dispose();
  });

  test.each([
    { counts: [7], width: 7 },
    { counts: [130, 1, 65], width: 130 },
  ])('softmax over $counts tokens in rows of $width', async ({ counts, width }) => {
    const scores = normal([counts.length, 3, width, width], 4) as tf.Tensor4D;
    expect(await gapOf(() => attentionSoftmax(scores, { rows: counts.length, width, counts }, 0.5))).toBeLessThan(1e-6);
    scores.dispose();
  });

  test('a score that is no number comes last, and what is given is a permutation', async () => {
    const order = tf.tidy(() => keepOrder(tf.tensor2d([[1, NaN, 1, 2, NaN]]), [2]));
    expect(Array.from(await order.data())).toEqual([0, 3, 1, 2, 4]);
    order.dispose();
  });

  describe('in an encoder', () => {
    let weights: EncoderWeights;
    const inputs = [{ ids: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, { ids: [9, 8, 7, 6] }, { ids: [3] }];
    beforeAll(() => {
      weights = tinyEncoder();
    });

    test.each<[string, EncodeOptions]>([
      ['at full length', {}],
      ['with tokens dropped', { config: [0.7, 0.5, 0.3], wanted: 'survivors' }],
      ['with tokens dropped and restored', { config: [0.7, 0.5, 0.3] }],
      ['ranked by the first token', { config: [0.7, 0.5, 0.3], reducer: clsAttentionReducer() }],
    ])('%s: the same hidden states and attention', async (_, options) => {
      expect(await gapOf(() => encode(weights, inputs, options).hidden)).toBeLessThan(2e-5);
      expect(
        await gapOf(
          () => encode(weights, inputs, { ...options, observe: { attention: [0] } }).observed.attention[0] as tf.Tensor,
        ),
      ).toBeLessThan(1e-6);
    });

    test('ranked by the first token they keep what plain JavaScript keeps', async () => {
      const keptIn = async (own: EncoderWeights): Promise<number[][]> => {
        const options = { config: [0.7, 0.5, 0.3], reducer: clsAttentionReducer(), trace: true };
        const { hidden, trace } = encode(own, inputs.slice(0, 1), options);
        const positionsOf = await Promise.all(trace.map(async ({ positions }) => Array.from(await positions.data())));
        tf.dispose([hidden, ...trace.flatMap(({ positions, scores }) => [positions, scores])]);
        return positionsOf;
      };
      const kept = await keptIn(weights);
      await tf.setBackend('cpu');
      try {
        expect(kept).toEqual(await keptIn(tinyEncoder()));
      } finally {
        await tf.setBackend('webgpu');
      }
    });

    const count = (options: EncodeOptions, given = inputs) =>
      startedBy(() => tf.tidy(() => void encode(weights, given, options)));

    test('five kernels a layer, whether tokens leave or not, and none for the choice of them', () => {
      const layer = [ownKernel.dense, ownKernel.attend, ownKernel.denseNorm, ownKernel.dense, ownKernel.denseNorm];
      const expected = [ownKernel.embed, ...layer, ...layer, ...layer];
      const own = (names: string[]): string[] => names.filter((name) => name.startsWith('LengthAdaptive.'));
      for (const options of [
        { wanted: 'survivors' },
        { wanted: 'survivors', config: [0.7, 0.5, 0.3] },
        { wanted: 'survivors', config: [0.7, 0.5, 0.3], reducer: clsAttentionReducer() },
      ] as const) {
        const started = count(options);
        expect(own(started)).toEqual(expected);
        expect(started.filter((name) => !own([name]).length && name !== 'Reshape')).toEqual(['Multiply']); // padding of what comes out
      }
      const started = count({ wanted: 'first', config: [0.7, 0.5, 0.3] }, inputs.slice(0, 1));
      expect(own(started)).toHaveLength(expected.length + 1); // the last layer asks for one token: its queries are a product of their own
      expect(started.filter((name) => !own([name]).length && name !== 'Reshape')).toEqual(['Slice']);
    });

    test('where somebody looks inside a block, nothing is composed that has a kernel', () => {
      const options = { config: [0.7, 0.5, 0.3], observe: { attention: [0] } };
      const [full, reduced] = [count({ observe: { attention: [0] } }), count({ ...options, wanted: 'survivors' })];
      for (const name of ['Softmax', 'Erf', 'Rsqrt', 'Mean', 'TopK']) expect([...full, ...reduced]).not.toContain(name);
      expect(new Set(reduced)).toEqual(
        new Set([...full, 'GatherV2', ownKernel.attentionSignificance, ownKernel.keepOrder, ownKernel.flatSlots]), // context and states move
      );
      expect(reduced.length - full.length).toBeLessThanOrEqual(3 * 5); // significance, order, slots; context and states move
    });
  });
});
