/**
 * @jest-environment-options {"webGpu": true}
 */
import { webGpuAdapter, webGpuMissing } from '@length-adaptive/tools/testing/web-gpu';
import * as tf from '@tensorflow/tfjs';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { startBackend } from '../backend/index.js';
import type { EncodeOptions } from '../encode.js';
import { encode } from '../encode.js';
import type { EncoderWeights } from '../encoder/weights.js';
import { createRandom } from '../random.js';
import { clsAttentionReducer } from '../reducers/cls-attention-reducer.js';

const random = createRandom(7);
const missing = webGpuMissing();
(missing === undefined ? describe : describe.skip)(`blocks at once on webgpu (${missing ?? webGpuAdapter()})`, () => {
  beforeAll(async () => {
    await startBackend({ backends: ['webgpu'] });
  });

  const ids = (length: number): { ids: number[] } => ({ ids: Array.from({ length }, () => random.integer(0, 49)) });
  /** Hidden states on the backend that runs. */
  const statesOf = async (
    size: number,
    given: readonly { ids: number[] }[],
    options: EncodeOptions,
    change = (weights: EncoderWeights): EncoderWeights => weights,
  ): Promise<Float32Array> => {
    const weights = change(tinyEncoder(3, { layers: 2, size, positions: 600 }));
    const { hidden } = tf.tidy(() => ({ hidden: tf.keep(encode(weights, given, options).hidden) }));
    const values = (await hidden.data()) as Float32Array;
    hidden.dispose();
    return values;
  };
  const gapToCpu = async (run: () => Promise<Float32Array>): Promise<number> => {
    const own = await run();
    await tf.setBackend('cpu');
    try {
      const expected = await run();
      expect(own).toHaveLength(expected.length);
      return own.reduce((gap, value, i) => Math.max(gap, Math.abs(value - (expected[i] ?? Number.NaN))), 0);
    } finally {
      await tf.setBackend('webgpu');
    }
  };

  test.each([
    ['heads of 26 numbers, read by two', 104, [ids(70), ids(9)]],
    ['heads of 5, read one by one', 20, [ids(17), ids(40), ids(1)]],
    ['whole rows by a thread a vector', 640, [ids(5)]],
    ['more than is chosen from in the same kernel', 16, [ids(520)]],
    ['more rows than are joined', 16, Array.from({ length: 9 }, () => ids(120))],
  ] as const)('%s: the numbers that plain JavaScript gets', async (_, size, given) => {
    for (const options of [
      { wanted: 'survivors', config: [1, 0.3] },
      { wanted: 'survivors', config: [0.8, 0.3], reducer: clsAttentionReducer(), protectedTokens: 3 },
      { wanted: 'first', config: [0.5, 0.5] },
      { wanted: 'all', config: [0.5, 0.2] },
    ] as const)
      expect(await gapToCpu(() => statesOf(size, given, options))).toBeLessThan(2e-4);
  });

  test.each<[string, (weights: EncoderWeights) => EncoderWeights]>([
    [
      'no biases',
      ({ blocks, ...more }) => ({
        ...more,
        blocks: blocks.map(({ attention, feedForward }) => {
          const bare = <W extends object>(weights: W): W => ({ ...weights, bias: undefined });
          return {
            attention: {
              ...attention,
              query: bare(attention.query),
              key: bare(attention.key),
              value: bare(attention.value),
              output: bare(attention.output),
            },
            feedForward: {
              ...feedForward,
              intermediate: bare(feedForward.intermediate),
              output: bare(feedForward.output),
            },
          };
        }),
      }),
    ],
    [
      'a bias of some projections alone',
      ({ blocks, ...more }) => ({
        ...more,
        blocks: blocks.map(({ attention, feedForward }) => ({
          feedForward,
          attention: { ...attention, key: { ...attention.key, bias: undefined } },
        })),
      }),
    ],
    [
      'no bias of the norms',
      ({ blocks, ...more }) => ({
        ...more,
        blocks: blocks.map(({ attention, feedForward }) => ({
          attention,
          feedForward: { ...feedForward, norm: { gain: feedForward.norm.gain } },
        })),
      }),
    ],
    [
      'no norm of the embeddings',
      ({ embeddings: { norm: _, ...tables }, ...more }) => ({ ...more, embeddings: tables }),
    ],
    ['no positions', ({ embeddings: { position: _, ...tables }, ...more }) => ({ ...more, embeddings: tables })],
    ['no types', ({ embeddings: { tokenType: _, ...tables }, ...more }) => ({ ...more, embeddings: tables })],
    ['normalised first', (weights) => ({ ...weights, normOrder: 'pre' })],
    ['ReLU', (weights) => ({ ...weights, activation: 'relu' })],
    ['GELU by tanh', (weights) => ({ ...weights, activation: 'gelu_new' })],
    ['SiLU', (weights) => ({ ...weights, activation: 'silu' })],
  ])('%s: the numbers that plain JavaScript gets', async (_, change) => {
    const given = [ids(13), ids(30)];
    for (const options of [{ wanted: 'survivors', config: [0.8, 0.3] }, { wanted: 'first' }] as const)
      expect(await gapToCpu(() => statesOf(32, given, options, change))).toBeLessThan(2e-4);
  });

  test('gradients are those of plain JavaScript', async () => {
    const given = [ids(12), ids(7)];
    const slope = async (): Promise<Float32Array> => {
      const weights = tinyEncoder(3, { layers: 2, size: 16 });
      const gradient = tf.tidy(() =>
        tf.grad((word) =>
          tf.sum(
            tf.square(
              encode({ ...weights, embeddings: { ...weights.embeddings, word: word as tf.Tensor2D } }, given, {
                config: [0.6, 0.4],
              }).hidden,
            ),
          ),
        )(weights.embeddings.word),
      );
      const values = (await gradient.data()) as Float32Array;
      gradient.dispose();
      return values;
    };
    expect(await gapToCpu(slope)).toBeLessThan(1e-3);
  });
});
