import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../../examples/tiny-encoder.js';
import { encode } from '../../encode.js';
import type { EncoderInput } from '../../encoder/batch.js';
import { padBatch } from '../../encoder/batch.js';
import { onTensors } from '../../encoder/on-tensors/on-tensors.js';
import type { TensorEngine } from '../../encoder/on-tensors/tensor-engine.js';
import { runEncoder } from '../../encoder/run-encoder.js';
import type { EncoderWeights } from '../../encoder/weights.js';
import { createRandom } from '../../random.js';
import { describeOnBackends, expectNoLeak } from '../../testing/backends.js';
import { expectGradient } from '../../testing/finite-differences.js';
import { withRandomPredictors } from '../../testing/random-predictors.js';
import { attentionReducer } from '../attention-reducer.js';
import { findReducer } from '../registry.js';
import { decideStraightThrough, decisionOffsets } from './decisions.js';
import { skimReducer } from './skim-reducer.js';
import type { TokenPredictor } from '../token-predictor.js';

const hidden = 16;
const kinds = ['linear', 'block'] as const;
const inputs = fc.array(
  fc.array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 16 }).map((ids): EncoderInput => ({ ids })),
  { minLength: 1, maxLength: 3 },
);

/** The operations of a batch of which nobody leaves. */
const opsOf = (batch: readonly EncoderInput[]) =>
  onTensors({
    batch: padBatch(batch, tinyEncoder().embeddings),
    protectedTokens: 1,
    positions: false,
    owners: false,
    departed: false,
  });

describeOnBackends('decisions of the skim reducer', () => {
  const encoders = {} as Record<(typeof kinds)[number], EncoderWeights>;
  beforeAll(() => {
    for (const kind of kinds)
      encoders[kind] = withRandomPredictors(
        tinyEncoder(),
        skimReducer({ predictor: kind }).predictor as TokenPredictor,
        hidden,
      );
  });

  describe.each(kinds)('%s', (predictor) => {
    const reducer = skimReducer({ predictor, learn: 'straight-through' });

    test.each(['all', 'first', 'kept'] as const)(
      'a pass in which tokens are decided upon equals one in which they leave (%s)',
      (wanted) => {
        let gone = 0;
        fc.assert(
          fc.property(inputs, (batch) => {
            const decided = tf.tidy(() => {
              const { hidden: states, decisions } = encode(encoders[predictor], batch, {
                reducer,
                wanted,
                decide: { temperature: 1 },
              });
              return { states: states.arraySync(), there: decisions.map((layer) => layer.arraySync()) };
            });
            batch.forEach(({ ids }, b) => {
              const counts = decided.there.map((layer) =>
                Math.round((layer[b] ?? []).slice(0, ids.length).reduce((sum, value) => sum + value, 0)),
              );
              if (wanted === 'first') counts.push(counts.at(-1) ?? 1); // the last layer computes the first token alone
              gone += ids.length - (counts.at(-1) ?? 0);
              const left = tf.tidy(() =>
                encode(encoders[predictor], [{ ids }], {
                  reducer,
                  wanted,
                  config: counts.map((count) => count / ids.length),
                  minTokens: 1,
                }).hidden.arraySync(),
              );
              (left[0] ?? []).forEach((state, token) =>
                state.forEach((value, i) =>
                  expect(Math.abs(value - (decided.states[b]?.[token]?.[i] ?? Number.NaN))).toBeLessThan(1e-5),
                ),
              );
            });
          }),
          { numRuns: 15 },
        );
        expect(gone).toBeGreaterThan(0);
      },
    );

    test('nothing returns, the first token stays, and the same seed decides alike', () => {
      const batch = [{ ids: [1, 2, 3, 4, 5, 6, 7, 8] }, { ids: [9, 8, 7] }];
      const decide = (seed?: number): number[][][] =>
        tf.tidy(() =>
          encode(encoders[predictor], batch, {
            reducer,
            decide: { temperature: 1, random: seed === undefined ? undefined : createRandom(seed) },
          }).decisions.map((layer) => layer.arraySync().map((row) => row.map(Math.round))),
        );
      const found = decide(1);
      expect(found).toHaveLength(3);
      found.forEach((layer, at) =>
        layer.forEach((row, b) => {
          expect(row[0]).toBe(1);
          row.forEach((value, token) => expect(value).toBeLessThanOrEqual(found[at - 1]?.[b]?.[token] ?? 1));
        }),
      );
      expect(decide(1)).toEqual(found);
      expect(decide()).toEqual(decide());
      expect([2, 3, 4].map(decide).some((other) => JSON.stringify(other) !== JSON.stringify(found))).toBe(true);
    });

    test('the loss of a pass teaches the predictors of all layers, without leaks', async () => {
      await expectNoLeak(() => {
        const encoder = encoders[predictor];
        const name = predictor === 'linear' ? 'entering' : 'decision';
        const ids = Array.from({ length: 16 }, (_, i) => 3 * i);
        let there: number[] = [];
        const kernels = encoder.blocks.map(({ predictor: own }) => own?.maps[name]?.kernel as Tensor2D);
        const slopes = tf.tidy(() =>
          tf
            .grads((...given) => {
              const blocks = encoder.blocks.map((block, layer) => {
                const own = block.predictor as NonNullable<typeof block.predictor>;
                const map = own.maps[name] as NonNullable<(typeof own.maps)[string]>;
                return {
                  ...block,
                  predictor: { ...own, maps: { ...own.maps, [name]: { ...map, kernel: given[layer] as Tensor2D } } },
                };
              });
              const { hidden: states, decisions } = encode({ ...encoder, blocks }, [{ ids }], {
                reducer,
                decide: { temperature: 1, random: createRandom(2) },
              });
              there = decisions.map((layer) => Array.from(layer.dataSync()).reduce((sum, value) => sum + value, 0));
              const weigh = tf.reshape(tf.linspace(-1, 1, ids.length * hidden), [1, ids.length, hidden]);
              return tf.sum(tf.mul(tf.tanh(states), weigh));
            })(kernels)
            .map((slope) => Math.max(...Array.from(slope.dataSync(), Math.abs))),
        );
        expect(there[1]).toBeGreaterThan(1.5); // what is gone before a layer teaches it nothing
        for (const slope of slopes) expect(slope).toBeGreaterThan(1e-6);
      });
    });
  });

  test('what a decision does to the states has the gradient of finite differences, of tokens that are gone, too', async () => {
    await expectNoLeak(() => {
      const encoder = encoders.linear;
      const batch = [{ ids: [1, 2, 3, 4, 5] }, { ids: [6, 7, 8] }];
      const others = tf.tensor2d([1, 1, 0.3, 1, 0.8, 1, 0.2, 1, 1, 1], [2, 5]);
      const given = tf.tensor2d([1, 0.02, 0.9, 0.5, 0.7, 1, 0.6, 0.03, 1, 1], [2, 5]);
      expectGradient<Tensor2D>((own) => {
        const { states } = runEncoder<TensorEngine>(opsOf(batch), encoder, {
          wanted: 'all',
          layers: [0, 1, 2],
          steps: undefined,
          score: (ops, at) => attentionReducer().score(ops, at),
          priorLayers: 0,
          decide: (_, { layer }) => (layer === 0 ? own : others),
        });
        return tf.sum(tf.mul(tf.tanh(states), tf.reshape(tf.linspace(-1, 1, 10 * hidden), [10, hidden])));
      }, given);
      tf.dispose([others, given]);
    });
  });

  test('a decision is hard, and passes on the gradient of the sigmoid', () => {
    const values = [-3, -0.2, 0.1, 2];
    const batch = [{ ids: [1, 2, 3, 4] }];
    for (const temperature of [1, 0.5]) {
      const [hard, slope] = tf.tidy(() => {
        const ops = opsOf(batch);
        const offsets = tf.tensor2d([[0.5, 0.5, -0.5, 0]]);
        const decide = (logits: Tensor2D): Tensor2D => decideStraightThrough(ops, logits, offsets, temperature);
        const logits = tf.tensor2d([values]);
        return [
          decide(logits).dataSync(),
          tf
            .grad((x) => tf.sum(tf.mul(decide(x as Tensor2D), tf.tensor2d([[1, 2, 3, 4]]))))(logits)
            .dataSync(),
        ];
      });
      [0, 1, 0, 1].forEach((expected, i) => expect(hard?.[i]).toBeCloseTo(expected, 6));
      values.forEach((value, i) => {
        const moved = (value + ([0.5, 0.5, -0.5, 0][i] ?? 0)) / temperature;
        const soft = 1 / (1 + Math.exp(-moved));
        expect(slope?.[i]).toBeCloseTo(((i + 1) * soft * (1 - soft)) / temperature, 5);
      });
    }
  });
});

test('the noise of decisions is that of Gumbel variables: a logit decides as often as its sigmoid says', () => {
  const rows = 200;
  const width = 101;
  const offsets = decisionOffsets(
    { rows, width, counts: new Array<number>(rows).fill(width) },
    { random: createRandom(3) },
  );
  for (const logit of [-2, 0, 1.5]) {
    const stays = offsets.filter((offset, slot) => slot % width > 0 && logit + offset > 0).length;
    expect(Math.abs(stays / (rows * (width - 1)) - 1 / (1 + Math.exp(-logit)))).toBeLessThan(0.01); // 3 deviations: 0.0106 at most
  }
  const some = decisionOffsets({ rows: 2, width: 4, counts: [4, 2] }, { protectedTokens: 2 });
  expect(Array.from(some)).toEqual([1e4, 1e4, 0, 0, 1e4, 1e4, 0, 0]);
});

test("with the noise of the reference they are the reference's decisions", () => {
  const bytes = readFileSync(path.join(__dirname, '../../../fixtures/skim_predictor.safetensors'));
  const size = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + size)) as Readonly<
    Record<string, { readonly data_offsets: readonly [number, number] }>
  >;
  const read = (name: string, one: (at: number) => number): number[] => {
    const [from = 0, to = 0] = header[name]?.data_offsets ?? [];
    return Array.from({ length: (to - from) / 4 }, (_, i) => one(8 + size + from + 4 * i));
  };
  const logits = read('logits', (at) => bytes.readFloatLE(at));
  const noise = read('gumbel_noise', (at) => bytes.readFloatLE(at));
  const kept = read('hard_keep', (at) => bytes.readInt32LE(at));
  const margins = (values: readonly number[]): number[] =>
    kept.map((_, i) => (values[2 * i + 1] ?? 0) - (values[2 * i] ?? 0));
  const decided = tf.tidy(() => {
    const batch = [{ ids: [1, 2, 3, 4, 5, 6, 7, 8, 9] }, { ids: [1, 2, 3, 4, 5, 6, 7, 8, 9] }];
    const [own, moved] = [tf.tensor2d(margins(logits), [2, 9]), tf.tensor2d(margins(noise), [2, 9])];
    return Array.from(decideStraightThrough(opsOf(batch), own, moved, 1).dataSync(), Math.round);
  });
  expect(decided).toEqual(kept);
});

test.each<[string, () => unknown, string]>([
  ['decisions at a configuration', () => tf.tidy(() => encode(tinyEncoder(), [{ ids: [1, 2, 3] }], { config: [1, 1, 1], decide: { temperature: 1 } }).hidden), 'Both config and decide'], // prettier-ignore
  ['decisions of a reducer that learns nothing', () => tf.tidy(() => encode(tinyEncoder(), [{ ids: [1, 2, 3] }], { decide: { temperature: 1 } }).hidden), 'The reducer attention learns nothing'], // prettier-ignore
  ['another way to learn', () => findReducer('skim', { learn: 'hard' }), 'expected "supervised" or "straight-through" or "both"'], // prettier-ignore
  ['a price below 0', () => findReducer('skim', { learn: 'both', price: -1 }), 'price -1; expected a number of 0 or more'], // prettier-ignore
  ['a temperature of 0', () => findReducer('skim', { learn: 'both', temperature: 0 }), 'expected a number above 0'],
  ['a bias that is no number', () => findReducer('skim', { learn: 'both', bias: 'high' }), 'bias "high"; expected a number'], // prettier-ignore
  ['a price without decisions', () => findReducer('skim', { price: 1 }), 'choose learn "straight-through" or "both"'],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(
    expect.objectContaining({
      name: 'CoreError',
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message) as unknown,
    }),
  );
});

test('settings that are left open are as published; the same settings are the same reducer', () => {
  const reducer = findReducer('skim', { learn: 'straight-through' });
  expect(reducer.settings).toEqual({ predictor: 'linear', learn: 'straight-through', price: 0.5, temperature: 1, bias: 5 }); // prettier-ignore
  expect(reducer.predictor?.decisions).toEqual({ price: 0.5, temperature: 1, supervised: false });
  expect(reducer.predictor?.shape(8, 2).maps['entering']?.bias).toEqual([10]);
  expect(findReducer('skim', { learn: 'both', predictor: 'block', bias: 2 }).predictor?.shape(8, 2).maps['decision']?.bias).toEqual([-2, 2]); // prettier-ignore
  expect(findReducer('skim', { learn: 'straight-through' })).toBe(reducer);
  expect(findReducer('skim', { learn: 'supervised' })).toBe(findReducer('skim'));
  expect(findReducer('skim').predictor?.decisions).toBeUndefined();
});
