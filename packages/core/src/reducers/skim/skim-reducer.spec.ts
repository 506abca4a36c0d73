import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { cost } from '../../cost.js';
import { encode } from '../../encode.js';
import type { EncoderInput } from '../../encoder/batch.js';
import { padBatch } from '../../encoder/batch.js';
import { layerNorm } from '../../encoder/on-tensors/dense.js';
import { onTensors } from '../../encoder/on-tensors/on-tensors.js';
import type { BlockWeights, DenseWeights, EncoderWeights, LayerNormWeights } from '../../encoder/weights.js';
import { keptTokens } from '../../length-config.js';
import { describeOnBackends, expectNoLeak } from '../../testing/backends.js';
import { expectGradient } from '../../testing/finite-differences.js';
import { withRandomPredictors } from '../../testing/random-predictors.js';
import { findReducer } from '../registry.js';
import { predictorMacs } from '../registry.js';
import { convolutionPredictor } from './convolution-predictor.js';
import { blockPredictor, linearPredictor } from './predictors.js';
import type { SkimPredictor } from './skim-reducer.js';
import { skimReducer } from './skim-reducer.js';

const inputs = fc.array(
  fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 }).map((ids): EncoderInput => ({ ids })),
  { minLength: 1, maxLength: 4 },
);
const config = [0.7, 0.5, 0.3];
const hidden = 16;
const kinds: readonly SkimPredictor[] = ['linear', 'block', 'convolution'];
/** Small blocks, so that inputs have several. */
const size = 4;
const predictors = { linear: linearPredictor(), block: blockPredictor(), convolution: convolutionPredictor(size) };
const reducerOf = (predictor: SkimPredictor) =>
  skimReducer(predictor === 'convolution' ? { predictor, size } : { predictor });

describeOnBackends('the skim reducer', () => {
  const encoders = {} as Record<SkimPredictor, EncoderWeights>;
  beforeAll(() => {
    for (const kind of kinds) encoders[kind] = withRandomPredictors(tinyEncoder(), predictors[kind], hidden);
  });

  describe.each(kinds)('%s', (kind) => {
    const reducer = reducerOf(kind);
    const run = (batch: readonly EncoderInput[]) =>
      tf.tidy(() => {
        const { hidden: states, trace } = encode(encoders[kind], batch, { config, reducer, trace: true });
        return {
          states: states.arraySync(),
          kept: trace.map(({ positions, counts }) => positions.arraySync().map((row, b) => row.slice(0, counts[b]))),
          scores: trace.map(({ scores }) => scores.arraySync()),
        };
      });

    test('real tokens score above 0, padding 0', () => {
      const { scores } = run([{ ids: [1, 2, 3, 4] }, { ids: [5, 6] }]);
      expect(Math.min(...(scores[0] ?? []).flatMap((row, b) => row.slice(0, b === 0 ? 4 : 2)))).toBeGreaterThan(0);
      expect(scores[0]?.[1]?.slice(2)).toEqual([0, 0]);
    });

    test('the best by what it predicts stay, and the first token whatever is predicted of it', () => {
      const input = { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
      const logits = tf.tidy(
        () => encode(encoders[kind], [input], { reducer, predict: true }).predictions[0]?.arraySync()[0] ?? [],
      );
      const best = logits
        .map((logit, position) => ({
          logit: position === 0 || (kind === 'convolution' && position === 9) ? Infinity : logit,
          position,
        }))
        .sort((a, b) => b.logit - a.logit)
        .slice(0, 7)
        .map(({ position }) => position)
        .sort((a, b) => a - b);
      expect(run([input]).kept[0]).toEqual([best]);
    });

    test('a batch gives each row exactly what it gets alone, twice the same', () => {
      fc.assert(
        fc.property(inputs, (batch) => {
          const together = run(batch);
          expect(run(batch)).toEqual(together);
          batch.forEach((input, b) => {
            const alone = run([input]);
            expect(together.kept.map((layer) => layer[b])).toEqual(alone.kept.map((layer) => layer[0]));
            alone.states[0]?.forEach((state, token) =>
              state.forEach((value, i) => expect(together.states[b]?.[token]?.[i]).toBeCloseTo(value, 4)),
            );
          });
        }),
        { numRuns: 15 },
      );
    });

    test('tokens that leave are gone as if attention had never seen them again: keys masked before the softmax, not after', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 4, maxLength: 16 }), (ids) => {
          const { states, kept } = run([{ ids }]);
          const masked = maskedRun(encoders[kind], ids, kept, 'before');
          const published = maskedRun(encoders[kind], ids, kept, 'after');
          const difference = (other: number[][]): number =>
            Math.max(...other.flatMap((row, t) => row.map((value, i) => Math.abs(value - (states[0]?.[t]?.[i] ?? Number.NaN))))); // prettier-ignore
          expect(difference(masked)).toBeLessThan(1e-5);
          expect(difference(published)).toBeGreaterThan(1e-3);
        }),
        { numRuns: 10 },
      );
    });

    test('what it learns agrees with finite differences, and the encoder learns nothing by it', async () => {
      const batch = [{ ids: [1, 2, 3, 4, 5] }, { ids: [6, 7, 8] }];
      const target = tf.tensor2d([1, 0, 1, 0, 0, 1, 1, 0, 0, 0], [2, 5]);
      await expectNoLeak(() => {
        const encoder = encoders[kind];
        const loss = (weights: EncoderWeights): Scalar => {
          const { predictions } = encode(weights, batch, { reducer, predict: true });
          return tf.addN(predictions.map((logits) => tf.mean(tf.square(tf.sub(logits, target))))) as Scalar;
        };
        const replaced = (change: (block: BlockWeights) => BlockWeights): EncoderWeights => ({
          ...encoder,
          blocks: encoder.blocks.map((block, layer) => (layer === 1 ? change(block) : block)),
        });
        const name = { linear: 'attended', block: 'inner', convolution: 'first' }[kind];
        const own = encoder.blocks[1]?.predictor?.maps[name] as DenseWeights;
        expectGradient<Tensor2D>(
          (kernel) =>
            loss(
              replaced((block) => ({
                ...block,
                predictor: { maps: { ...block.predictor?.maps, [name]: { ...own, kernel } }, norms: block.predictor?.norms ?? {} },
              })),
            ),
          own.kernel,
        ); // prettier-ignore
        const { query } = encoder.blocks[0]?.attention as { readonly query: DenseWeights };
        const slopes = tf.tidy(() =>
          tf
            .grad((kernel) =>
              loss({
                ...encoder,
                blocks: encoder.blocks.map((block, layer) =>
                  layer === 0
                    ? { ...block, attention: { ...block.attention, query: { ...query, kernel: kernel as Tensor2D } } }
                    : block,
                ),
              }).add(tf.mul(tf.sum(kernel), 0)),
            )(query.kernel)
            .dataSync(),
        );
        expect(Math.max(...slopes.map(Math.abs))).toBe(0);
      });
      target.dispose();
    });

    test('gradients by gates are those of finite differences, of the layers that rank tokens', async () => {
      await expectNoLeak(() => {
        const batch = [{ ids: [1, 2, 3, 4, 5] }, { ids: [6, 7, 8] }];
        const weigh = tf.tidy(() => tf.reshape(tf.linspace(-1, 1, 10 * hidden), [2, 5, hidden]));
        const gate = tf.fill<tf.Rank.R2>([10, hidden], 1);
        const ones = tf.onesLike(gate);
        expectGradient<Tensor2D>((x) => {
          const { hidden: states } = encode(encoders[kind], batch, { reducer, gates: [ones, x, ones] });
          return tf.sum(tf.mul(tf.tanh(states), weigh));
        }, gate);
        tf.dispose([weigh, gate, ones]);
      });
    });

    test('no tensors are left behind', async () => {
      await expectNoLeak(() => run([{ ids: [1, 2, 3, 4, 5] }, { ids: [1, 2] }]));
    });
  });

  test('scores tell any two logits apart that are far from 0', () => {
    const logits = [-80, -79.99, -20, -1, -1e-3, 0, 1e-3, 1, 20, 79.99, 80];
    const ids = logits.map((_, i) => i);
    const scores = tf.tidy(() => {
      const ops = onTensors({ batch: padBatch([{ ids }], tinyEncoder().embeddings), protectedTokens: 1, positions: false, owners: false, departed: false }); // prettier-ignore
      const states = tf.tensor2d(logits, [logits.length, 1]);
      const one = { kernel: tf.ones<tf.Rank.R2>([1, 1]), bias: tf.zeros<tf.Rank.R1>([1]) };
      const none = { kernel: tf.zeros<tf.Rank.R2>([1, 1]), bias: tf.zeros<tf.Rank.R1>([1]) };
      const at = {
        layer: 0,
        entering: states,
        attended: {
          context: states,
          probabilities: tf.zeros<tf.Rank.R4>([1, 1, 1, 1]),
          projections: { query: states, key: states, value: states },
        },
        tokens: ops.begin(states),
        heads: 1,
        predictor: { maps: { entering: one, attended: none }, norms: {} },
      };
      return Array.from(skimReducer().score(ops, at).dataSync());
    });
    scores.slice(1).forEach((score, i) => expect(score).toBeGreaterThan(scores[i] as number));
    expect(scores[0]).toBeGreaterThan(0);
  });
});

test('its cost is that of the tokens that enter a layer which some leave', () => {
  const shape = { layers: 3, hiddenSize: hidden, intermediateSize: 32 };
  const priced = (predictor: SkimPredictor) => ({
    ...shape,
    predictorMacs: predictorMacs({ name: 'skim', settings: { predictor } }, hidden, 4),
  });
  expect(priced('linear').predictorMacs).toBe(2 * hidden);
  expect(priced('block').predictorMacs).toBe(hidden * hidden + 4 * hidden);
  expect(predictorMacs({ name: 'attention' }, hidden, 4)).toBe(0);
  expect(predictorMacs({ name: 'of-nobody' }, hidden, 4)).toBe(0);
  expect(cost(priced('block'), [1, 1, 1], 20)).toBe(cost(shape, [1, 1, 1], 20));
  const [first = 0, second = 0] = keptTokens([0.5, 0.5, 0.25], 20);
  expect(cost(priced('block'), [0.5, 0.5, 0.25], 20) - cost(shape, [0.5, 0.5, 0.25], 20)).toBe(
    (20 + second) * (hidden * hidden + 4 * hidden), // nobody leaves the second layer
  );
  expect(first).toBe(second);
});

test.each<[string, () => unknown, string]>([
  ['gates at a configuration', () => tf.tidy(() => encode(tinyEncoder(), [{ ids: [1, 2, 3] }], { config, gates: [] }).hidden), 'Both config and gates'], // prettier-ignore
  ['an encoder without what it learns', () => tf.tidy(() => encode(tinyEncoder(), [{ ids: [1, 2, 3, 4, 5] }], { config, reducer: skimReducer() }).hidden), 'layer 0 of the encoder has no predictor'], // prettier-ignore
  [
    'a predictor that there is not',
    () => findReducer('skim', { predictor: 'deep' }),
    'expected "linear" or "block" or "convolution"',
  ],
  ['a setting that it does not have', () => findReducer('skim', { width: 3 }), 'has no setting "width"'],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(
    expect.objectContaining({
      name: 'CoreError',
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message) as unknown,
    }),
  );
});

/**
 * The same encoder with every token at every layer: those that have left are keys to nobody, and keep the state with which they entered.
 *
 * @param when whether their keys are masked before the softmax or, as published code does it, zeroed after it
 */
const maskedRun = (
  { embeddings, blocks, heads, layerNormEpsilon }: EncoderWeights,
  ids: readonly number[],
  kept: readonly (readonly (readonly number[])[])[],
  when: 'before' | 'after',
): number[][] =>
  tf.tidy(() => {
    const { length } = ids;
    const dense = (x: Tensor2D, { kernel, bias }: DenseWeights): Tensor2D =>
      tf.add(tf.matMul(x, kernel), bias as Tensor1D);
    const norm = (x: tf.Tensor, weights: LayerNormWeights | undefined): Tensor2D =>
      layerNorm(x as Tensor2D, weights as LayerNormWeights, layerNormEpsilon);
    const types = tf.slice(embeddings.tokenType as Tensor2D, [0, 0], [1, -1]);
    const summed = tf.add(tf.add(tf.gather(embeddings.word, [...ids]), tf.slice(embeddings.position as Tensor2D, [0, 0], [length, -1])), types); // prettier-ignore
    let states = norm(summed, embeddings.norm);
    let there = ids.map(() => 1);
    blocks.forEach(({ attention, feedForward }, layer) => {
      const split = (weights: DenseWeights): Tensor3D =>
        tf.transpose(tf.reshape(dense(states, weights), [length, heads, hidden / heads]), [1, 0, 2]);
      const [q, k, v] = [attention.query, attention.key, attention.value].map((weights) => split(weights as DenseWeights)) as [Tensor3D, Tensor3D, Tensor3D]; // prettier-ignore
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(hidden / heads));
      const keys = tf.tensor3d(there, [1, 1, length]);
      const probabilities =
        when === 'before'
          ? tf.softmax(tf.add(scores, tf.mul(tf.sub(1, keys), -1e9)))
          : tf.mul(tf.softmax(scores), keys);
      const context = tf.reshape<tf.Rank.R2>(tf.transpose(tf.matMul(probabilities as Tensor3D, v), [1, 0, 2]), [length, hidden]); // prettier-ignore
      const mixed = norm(tf.add(dense(context, attention.output as DenseWeights), states), attention.norm);
      const inner = dense(mixed, feedForward.intermediate as DenseWeights);
      const active = tf.mul<Tensor2D>(tf.mul(inner, 0.5), tf.add(tf.erf(tf.mul(inner, Math.SQRT1_2)), 1));
      const next = norm(tf.add(dense(active, feedForward.output as DenseWeights), mixed), feedForward.norm);
      there = ids.map((_, token) => Number(kept[layer]?.[0]?.includes(token)));
      const stays = tf.tensor2d(there, [length, 1]);
      states = tf.add(tf.mul(next, stays), tf.mul(states, tf.sub(1, stays)));
    });
    return states.arraySync();
  });
