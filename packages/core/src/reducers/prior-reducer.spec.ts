import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { costParts } from '../cost.js';
import type { EncodeOptions } from '../encode.js';
import { encode } from '../encode.js';
import type { EncoderInput } from '../encoder/batch.js';
import { runEncoder } from '../encoder/run-encoder.js';
import type { EncoderWeights } from '../encoder/weights.js';
import { keptTokens } from '../length-config.js';
import { describeOnBackends, expectNoLeak } from '../testing/backends.js';
import type { CountingEngine } from '../testing/counting-ops.js';
import { countingOps, encoderShapes } from '../testing/counting-ops.js';
import { priorReducer } from './prior-reducer.js';
import { findReducer, leavesBefore, needsPrior } from './registry.js';

/** Few values, so that tokens tie; some that single precision can only just tell from 0. */
const worth = fc.oneof(fc.constantFrom(0, 1, 2), fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(1e-30));
const input = fc
  .array(fc.integer({ min: 0, max: 49 }), { minLength: 1, maxLength: 20 })
  .chain((ids) =>
    fc
      .array(worth, { minLength: ids.length, maxLength: ids.length })
      .map((prior): EncoderInput => ({ ids, prior: Array.from(Float32Array.from(prior)) })),
  );
const inputs = fc.array(input, { minLength: 1, maxLength: 4 });
const configs = fc
  .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((config) => config.sort((a, b) => b - a));
const leaves = ['after', 'before'] as const;

/** Said again, plainly: in each layer the first token and those of the largest prior stay, the earlier of equals. */
const naive = ({ ids, prior = [] }: EncoderInput, config: readonly number[]): number[][] => {
  const worths = Array.from(prior);
  const order = worths
    .map((value, position) => ({ position, value: position === 0 ? Infinity : value }))
    .sort((a, b) => b.value - a.value || a.position - b.position)
    .map(({ position }) => position);
  return keptTokens(config, ids.length).map((count) => order.slice(0, count).sort((a, b) => a - b));
};

describeOnBackends('the prior reducer', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  const run = (batch: readonly EncoderInput[], options: EncodeOptions) =>
    tf.tidy(() => {
      const { hidden, trace } = encode(weights, batch, { ...options, trace: true });
      const kept = trace.map(({ positions, counts }) => positions.arraySync().map((row, b) => row.slice(0, counts[b])));
      return { hidden: hidden.arraySync(), kept, scores: trace.map(({ scores }) => scores.arraySync()) };
    });

  test.each(leaves)(
    'keeps what a naive restatement keeps, and a batch gives each row what it gets alone: %s',
    (leave) => {
      const reducer = priorReducer({ leave });
      fc.assert(
        fc.property(inputs, configs, (batch, config) => {
          const together = run(batch, { config, reducer });
          batch.forEach((own, b) => {
            expect(together.kept.map((layer) => layer[b])).toEqual(naive(own, config));
            const alone = run([own], { config, reducer });
            expect(alone.kept.map((layer) => layer[0])).toEqual(naive(own, config));
            alone.hidden[0]?.forEach((state, token) =>
              state.forEach((value, i) =>
                expect(Math.abs(value - (together.hidden[b]?.[token]?.[i] ?? Number.NaN))).toBeLessThan(2e-5),
              ),
            );
          });
        }),
        { numRuns: 15 },
      );
    },
  );

  test('what leaves before the first layer is nowhere to be seen in it: the others go as if they were the whole text', () => {
    // With one row for every position, a text of the tokens that stay is the same text.
    const { position } = weights.embeddings as { readonly position: tf.Tensor2D };
    const alike = { ...weights, embeddings: { ...weights.embeddings, position: tf.zerosLike(position) } };
    fc.assert(
      fc.property(input, configs, (own, config) => {
        const counts = keptTokens(config, own.ids.length);
        const staying = naive(own, config)[0] ?? [];
        const text: EncoderInput = {
          ids: staying.map((token) => own.ids[token] as number),
          prior: staying.map((token) => own.prior?.[token] as number),
        };
        const shares = [1, ...counts.slice(1).map((count) => count / staying.length)];
        const [found, expected, embedded] = tf.tidy(() => {
          const short = encode(alike, [own], { config, reducer: priorReducer({ leave: 'before' }) });
          const alone = encode(alike, [text], { config: shares, reducer: priorReducer() });
          const { observed } = encode(alike, [own], { observe: { states: [0] } });
          return [short.hidden, alone.hidden, observed.states[0] as tf.Tensor].map(
            (states) => tf.reshape(states, [-1, 16]).arraySync() as number[][],
          ) as [number[][], number[][], number[][]];
        });
        found.forEach((state, token) => {
          const stood = staying.indexOf(token);
          const wanted = stood < 0 ? embedded[token] : expected[stood]; // those that left have the state that they came with
          state.forEach((value, i) => expect(Math.abs(value - (wanted?.[i] ?? Number.NaN))).toBeLessThan(2e-5));
        });
      }),
      { numRuns: 15 },
    );
    const some = { ids: [1, 2, 3, 4, 5, 6], prior: [0, 1, 5, 2, 4, 3] };
    const [after, before] = leaves.map((leave) =>
      run([some], { config: [0.5, 0.5, 0.5], reducer: priorReducer({ leave }) }),
    );
    expect(before?.kept).toEqual(after?.kept);
    expect(before?.hidden).not.toEqual(after?.hidden);
    expect(before?.scores[0]).toEqual([[0, 1, 5, 2, 4, 3]]); // of those that entered the encoder
  });

  test('a constant prior keeps the first tokens, whatever attention thinks of them', () => {
    const { kept } = run([{ ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], prior: new Array<number>(10).fill(7) }], {
      config: [0.7, 0.5, 0.2],
      reducer: priorReducer(),
    });
    expect(kept).toEqual([[[0, 1, 2, 3, 4, 5, 6]], [[0, 1, 2, 3, 4]], [[0, 1]]]);
  });

  test('the first layer lets nobody go where it does not run, and where it is the last and gives the first token', () => {
    const own = { ids: [1, 2, 3, 4, 5, 6], prior: [0, 1, 5, 2, 4, 3] };
    const config = [0.5, 0.5, 0.4];
    for (const options of [{ layers: [1, 2] }, { layers: [0], wanted: 'first' as const }]) {
      const [after, before] = leaves.map((leave) =>
        tf.tidy(() =>
          encode(weights, [own], { config, ...options, reducer: priorReducer({ leave }) }).hidden.arraySync(),
        ),
      );
      expect(before).toEqual(after);
    }
  });

  test('an input without a prior is refused wherever a token leaves, and the message says how to give one', () => {
    const reducer = priorReducer();
    const known = { ids: [1, 2, 3, 4], prior: [0, 1, 2, 3] };
    const refused = (message: RegExp, batch: readonly EncoderInput[], options: EncodeOptions): void => {
      const thrown = expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringMatching(message),
      }) as Error;
      expect(() => run(batch, { reducer, ...options })).toThrow(thrown);
    };
    const config = [0.5, 0.5, 0.5];
    refused(/Row 1 came without a prior.*predict\(texts, \{ prior:/, [known, { ids: [1, 2, 3, 4] }], { config });
    refused(/counts in 2 of 3 layers.*prior: "given"/, [known], { config, priorLayers: 2 });
    expect(run([{ ids: [1, 2, 3, 4] }], { reducer: priorReducer(), config: [1, 1, 1] }).kept[2]).toEqual([
      [0, 1, 2, 3],
    ]);
    expect(run([known, { ids: [1, 2] }], { reducer, config }).kept[2]).toEqual([[0, 3], [0, 1]]); // prettier-ignore
  });

  test('no tensors are left behind', async () => {
    await expectNoLeak(() =>
      run(
        [
          { ids: [1, 2, 3, 4], prior: [1, 2, 3, 4] },
          { ids: [1], prior: [1] },
        ],
        {
          config: [0.5, 0.5, 0.5],
          reducer: priorReducer({ leave: 'before' }),
        },
      ),
    );
  });
});

test('its cost is what an engine counts that does nothing else, with tokens that leave before and after the first layer', () => {
  const shape = { layers: 3, hiddenSize: 8, intermediateSize: 16 };
  fc.assert(
    fc.property(
      configs,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('first' as const, 'all' as const),
      (config, length, wanted) => {
        for (const leave of leaves) {
          const reducer = priorReducer({ leave });
          const { ops, counted } = countingOps(length);
          const { before } = reducer;
          runEncoder<CountingEngine>(ops, encoderShapes(shape, 1), {
            wanted,
            layers: [0, 1, 2],
            steps: keptTokens(config, length),
            score: () => undefined,
            before: before && (() => undefined),
            priorLayers: 3,
          });
          const parts = costParts({ ...shape, leavesBefore: before !== undefined }, config, length, { wanted });
          const { dense, attend, norm } = counted();
          expect(parts.projections + parts.feedForward).toBe(dense);
          expect([parts.attention, parts.layerNorm]).toEqual([attend, norm]);
        }
      },
    ),
  );
});

test('its settings are checked, and say what it needs', () => {
  expect(findReducer('prior')).toBe(priorReducer());
  expect(findReducer('prior', { leave: 'before' })).toBe(priorReducer({ leave: 'before' }));
  expect([{}, { leave: 'before' }].map((settings) => leavesBefore({ name: 'prior', settings }))).toEqual([false, true]);
  expect(['prior', 'attention', 'of-nobody'].map((name) => needsPrior({ name }))).toEqual([true, false, false]);
  for (const [settings, message] of [
    [{ leave: 'never' }, 'has leave "never"; expected "after" or "before"'],
    [{ first: 1 }, 'has no setting "first"; it has leave'],
  ] as const)
    expect(() => findReducer('prior', settings)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining(message) as string }),
    );
});
