/** Block-Skim's convolution against reference numbers, and what it means that whole blocks leave. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { encode } from '../../encode.js';
import type { EncoderInput } from '../../encoder/batch.js';
import { frameOfInput, padBatch } from '../../encoder/batch.js';
import { onTensors } from '../../encoder/on-tensors/on-tensors.js';
import type { DenseWeights, EncoderWeights } from '../../encoder/weights.js';
import { describeOnBackends, expectNoLeak } from '../../testing/backends.js';
import type { CountingEngine } from '../../testing/counting-ops.js';
import { countingOps } from '../../testing/counting-ops.js';
import { goldenFile } from '../../testing/golden-file.js';
import { withRandomPredictors } from '../../testing/random-predictors.js';
import { findReducer, predictorMacs } from '../registry.js';
import { convolutionPredictor, predictByConvolution } from './convolution-predictor.js';
import { skimReducer } from './skim-reducer.js';

const golden = goldenFile('block_skim.safetensors');
const [rows = 0, heads = 0, width = 0] = golden('probabilities').shape;
const [, blocks = 0, , size = 0] = golden('tiles').shape;
const places = 20;

const maps = ['first', 'second', 'decision'] as const;
/** Stored [out, in]. */
const kernelOf = (name: string): Tensor2D => {
  const { values, shape } = golden(`${name}.weight`);
  return tf.transpose(tf.tensor2d(values, shape as [number, number]));
};
const weightsOf = (): Readonly<Record<string, DenseWeights>> =>
  Object.fromEntries(maps.map((name) => [name, { kernel: kernelOf(name), bias: tf.tensor1d(golden(`${name}.bias`).values) }])); // prettier-ignore

const opsAt = () => {
  const ids = Array.from({ length: places }, (_, i) => i);
  const batch = padBatch([{ ids }, { ids: ids.slice(0, 14) }], tinyEncoder().embeddings);
  return onTensors({ batch, protectedTokens: 1, positions: true, owners: false, departed: false });
};
const states = () => tf.zeros<tf.Rank.R2>([rows * width, 1]);
const attended = () => ({
  context: states(),
  probabilities: tf.tensor4d(golden('probabilities').values, [rows, heads, width, width]),
  projections: { query: states(), key: states(), value: states() },
});
const tokens = () => ({
  extent: { rows, width, counts: golden('counts').values },
  departed: undefined,
  positions: tf.tensor2d(golden('positions').values, [rows, width], 'int32'),
  prior: undefined,
  sizes: undefined,
  segments: undefined,
  owners: undefined,
});
const predict = (own: Readonly<Record<string, DenseWeights>>, mix?: readonly number[]): Tensor2D =>
  predictByConvolution(
    opsAt(),
    { attended: attended(), tokens: tokens(), heads, predictor: { maps: own, norms: {} } },
    size,
    mix,
  );
const expectNear = (found: ArrayLike<number>, expected: readonly number[], most = 1e-5): void => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(most));
};

describeOnBackends("Block-Skim's convolution", () => {
  test('the squares on the diagonal are those of places in the input, whatever has left and in whatever order the others stand', async () => {
    await expectNoLeak(() =>
      tf.tidy(() => {
        const tiles = opsAt().tiles.diagonal(attended().probabilities, tokens(), { size, heads });
        expect(tiles.shape).toEqual([rows * blocks, size, size, heads]);
        expectNear(tf.transpose(tiles, [0, 3, 1, 2]).dataSync(), golden('tiles').values);
      }),
    );
  });

  test('gives the golden logits to all tokens of a block', () => {
    const [skims, keeps] = tf.tidy(
      () =>
      [[1, 0], [0, 1]].map((mix) => Array.from(predict(weightsOf(), mix).dataSync())), // prettier-ignore
    );
    const { counts } = { counts: golden('counts').values };
    golden('logits').values.forEach((logit, i) => {
      const slot = i >> 1;
      if (slot % width >= (counts[Math.floor(slot / width)] ?? 0)) return;
      expect(Math.abs(((i % 2 === 0 ? skims : keeps)?.[slot] ?? Number.NaN) - logit)).toBeLessThan(2e-5);
    });
  });

  test('has the golden gradients, and gives none to attention', async () => {
    await expectNoLeak(() =>
      tf.tidy(() => {
        const own = weightsOf();
        const given = maps.flatMap((name) => [own[name]?.kernel as Tensor2D, own[name]?.bias as Tensor1D]);
        const slopes = tf.tensor2d(golden('slopes').values, [rows, width]);
        const real = tf.tensor2d(
          golden('counts').values.flatMap((count) => Array.from({ length: width }, (_, i) => Number(i < count))),
          [rows, width],
        );
        const found = tf.grads((...values) =>
          tf.sum(
            tf.mul(
              tf.mul(slopes, real),
              predict(
                Object.fromEntries(
                  maps.map((name, i) => [
                    name,
                    { kernel: values[2 * i] as Tensor2D, bias: values[2 * i + 1] as Tensor1D },
                  ]),
                ),
              ),
            ),
          ),
        )(given);
        maps.forEach((name, i) => {
          expectNear(tf.transpose(found[2 * i] as Tensor2D).dataSync(), golden(`gradient.${name}.weight`).values, 2e-4);
          expectNear(found[2 * i + 1]?.dataSync() ?? [], golden(`gradient.${name}.bias`).values, 2e-4);
        });
      }),
    );
  });

  const reducer = skimReducer({ predictor: 'convolution', size: 4 });
  let encoder: EncoderWeights;
  beforeAll(() => {
    encoder = withRandomPredictors(tinyEncoder(), convolutionPredictor(4), 16);
  });

  test('whole blocks leave, but for one that is cut; what stands around the last text stays', () => {
    const config = [0.8, 0.65, 0.5];
    const questions = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 8, max: 15 }))
      .map(([question, context]): EncoderInput => {
        const text = (length: number, from: number): number[] => Array.from({ length }, (_, i) => from + (i % 20));
        return {
          ids: [1, ...text(question, 5), 2, ...text(context, 26), 2],
          typeIds: [...Array.from({ length: question + 2 }, () => 0), ...Array.from({ length: context + 1 }, () => 1)],
        };
      });
    fc.assert(
      fc.property(fc.array(questions, { minLength: 1, maxLength: 3 }), (batch) => {
        const kept = tf.tidy(() =>
          encode(encoder, batch, { config, reducer, trace: true }).trace.map(({ positions, counts }) =>
            positions.arraySync().map((row, b) => row.slice(0, counts[b])),
          ),
        );
        batch.forEach((input, b) => {
          const frame = Array.from(frameOfInput(input));
          const framed = frame.flatMap((value, token) => (value === 1 ? [token] : []));
          let entering = frame.map((_, token) => token);
          kept.forEach((layer) => {
            const row = layer[b] ?? [];
            if (row.length > framed.length) expect(framed.filter((token) => !row.includes(token))).toEqual([]);
            const cut = new Set<number>();
            const gone = new Map<number, number>();
            const before = entering.filter((token) => frame[token] === 0);
            for (const token of before) {
              const block = Math.floor(token / 4);
              if (!row.includes(token)) gone.set(block, (gone.get(block) ?? 0) + 1);
            }
            for (const [block, count] of gone)
              if (count < before.filter((token) => Math.floor(token / 4) === block).length) cut.add(block);
            expect(cut.size).toBeLessThanOrEqual(1);
            entering = row;
          });
        });
      }),
      { numRuns: 20 },
    );
  });
});

test('what stands around the last text: the texts before it, separators, and the first token', () => {
  expect(Array.from(frameOfInput({ ids: [1, 7, 8, 2, 9, 9, 2] }))).toEqual([1, 1, 1, 1, 0, 0, 1]);
  expect(Array.from(frameOfInput({ ids: [1, 7, 8, 2, 9, 9, 2], typeIds: [0, 0, 0, 0, 1, 1, 1] }))).toEqual([1, 1, 1, 1, 0, 0, 1]); // prettier-ignore
  expect(Array.from(frameOfInput({ ids: [0, 7, 2, 2, 9, 2] }))).toEqual([1, 1, 1, 1, 0, 1]);
  expect(Array.from(frameOfInput({ ids: [1, 7, 8, 2] }))).toEqual([1, 0, 0, 1]);
});

test('what it costs is shared by the tokens of a block', () => {
  const settings = { predictor: 'convolution' };
  const ofBlock = 9 * 12 * 12 * (1024 + 256) + 2 * 64 * 12;
  expect(predictorMacs({ name: 'skim', settings }, 384, 12)).toBe(ofBlock / 32);
  const { ops, counted } = countingOps(96);
  const { shape, macs } = convolutionPredictor(32);
  const own = Object.entries(shape(384, 12).maps).map(([name, { inputs, outputs }]) => [
    name,
    { kernel: [inputs, outputs], bias: [outputs] },
  ]);
  const counts = { slots: 96, width: 384 };
  predictByConvolution<CountingEngine>(
    ops,
    {
      attended: {
        context: counts,
        probabilities: undefined,
        projections: { query: counts, key: counts, value: counts },
      },
      tokens: { slots: 96 },
      heads: 12,
      predictor: { maps: Object.fromEntries(own), norms: {} },
    },
    32,
  );
  expect(counted().dense).toBe(96 * macs(384, 12));
});

test('settings: blocks of 32 tokens where nobody says', () => {
  expect(findReducer('skim', { predictor: 'convolution' }).settings).toEqual({ predictor: 'convolution', size: 32 });
  expect(findReducer('skim', { predictor: 'convolution', size: 16 }).predictor?.shape(8, 2).maps).toMatchObject({
    first: { inputs: 18, outputs: 2 },
    decision: { inputs: 2 * 16, outputs: 2 },
  });
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['a size that cannot be halved twice', { predictor: 'convolution', size: 6 }, 'expected a multiple of 4 above 0'],
  ['a size of other predictors', { size: 8 }, 'choose predictor "convolution" with it'],
  ['decisions of blocks', { predictor: 'convolution', learn: 'both' }, 'learns no decisions; leave learn out'],
  ['a price of blocks', { predictor: 'convolution', price: 1 }, 'has price, which is of decisions'],
])('%s is refused', (_, settings, message) => {
  expect(() => findReducer('skim', settings)).toThrow(
    expect.objectContaining({
      name: 'CoreError',
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message) as unknown,
    }),
  );
});
