import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { tinyEncoder } from '../examples/tiny-encoder.js';
import type { EncodeOptions } from './encode.js';
import { encode } from './encode.js';
import { mixTokens } from './drop-and-restore.js';
import type { EncoderInput } from './encoder/batch.js';
import type { Unmerge } from './encoder/encoder-ops.js';
import type { DenseWeights, EncoderWeights } from './encoder/weights.js';
import { keptTokens } from './length-config.js';
import type { Merge, Reducer } from './reducers/reducer.js';
import { tomeReducer } from './reducers/merging/tome-reducer.js';
import { isOnHost } from './selection/selection.js';
import { mergingReducers } from './testing/merging-cases.js';
import { expectGradient } from './testing/finite-differences.js';
import { describeOnBackends, expectNoLeak } from './testing/backends.js';

/** What ends a row, and stands between segments. */
const separator = 49;

/** [CLS], one or two segments, separators. */
const texts = fc
  .array(
    fc.array(fc.array(fc.integer({ min: 1, max: 48 }), { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 2 }),
    { minLength: 1, maxLength: 4 },
  )
  .map((rows) =>
    rows.map((segments): EncoderInput => {
      const ids = [0, ...segments.flatMap((words) => [...words, separator])];
      const first = (segments[0] as number[]).length + 2;
      return { ids, typeIds: ids.map((_, slot) => (slot < first ? 0 : 1)) };
    }),
  );

const configs = fc
  .array(fc.double({ min: 0.3, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((c) => c.sort((a, b) => b - a));

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
};

interface Survivors {
  /** [B][K][hidden] */
  readonly states: number[][][];
  readonly sizes: number[][] | undefined;
}

describeOnBackends('merging', () => {
  let weights: EncoderWeights;
  beforeAll(() => {
    weights = tinyEncoder();
  });
  const run = (inputs: readonly EncoderInput[], options: EncodeOptions): Survivors =>
    tf.tidy(() => {
      const { hidden, sizes } = encode(weights, inputs, options);
      return { states: hidden.arraySync(), sizes: sizes?.arraySync() };
    });
  const states = (inputs: readonly EncoderInput[], options: EncodeOptions): number[] =>
    run(inputs, options).states.flat(2);

  describe.each(mergingReducers)('$title', ({ make }) => {
    const reducer = (unmerge: Unmerge = 'group'): Reducer => make(unmerge);

    test('sizes add up to the real tokens, padding has none, and as many stay as the configuration says', () => {
      fc.assert(
        fc.property(texts, configs, (inputs, config) => {
          const { sizes } = run(inputs, { config, reducer: reducer(), wanted: 'survivors' });
          inputs.forEach((input, row) => {
            const { length } = input.ids;
            const kept = keptTokens(config, length)[2] as number;
            if (!sizes) {
              expect(config.every((ratio) => Math.ceil(ratio * length - 1e-6) >= length || length <= 2)).toBe(true);
              return;
            }
            const own = sizes[row] as number[];
            expect(own.slice(kept).every((size) => size === 0)).toBe(true);
            expect(own.slice(0, kept).every((size) => size >= 1)).toBe(true);
            expect(own[0]).toBe(1); // what starts a row stays as it is
            expect(own.reduce((sum, size) => sum + size, 0)).toBe(length);
          });
        }),
        { numRuns: 25 },
      );
    });

    test('a batch gives each row what it gets alone, in whatever order the rows stand', () => {
      fc.assert(
        fc.property(texts, configs, fc.constantFrom<Unmerge>('group', 'own'), (inputs, config, unmerge) => {
          const options = { config, reducer: reducer(unmerge) };
          const width = Math.max(...inputs.map(({ ids }) => ids.length));
          const batch = run(inputs, options).states;
          const turned = run([...inputs].reverse(), options).states.reverse();
          inputs.forEach((input, row) => {
            const alone = run([input], options).states[0]?.flat() as number[];
            const own = (batch[row] as number[][]).slice(0, input.ids.length).flat();
            expect(largestGap(own, alone)).toBeLessThan(2e-5);
            expect(largestGap((turned[row] as number[][]).slice(0, input.ids.length).flat(), alone)).toBeLessThan(2e-5);
            expect(
              (batch[row] as number[][]).slice(input.ids.length, width).every((s) => s.every((v) => v === 0)),
            ).toBe(true);
          });
        }),
        { numRuns: 12 },
      );
    });

    test('ratios of 1 are the plain encoder', () => {
      fc.assert(
        fc.property(texts, (inputs) => {
          expect(states(inputs, { config: [1, 1, 1], reducer: reducer() })).toEqual(states(inputs, {}));
        }),
        { numRuns: 5 },
      );
    });

    test('every position returns once, with the state of a survivor that stands for as many', () => {
      fc.assert(
        fc.property(texts, configs, ([input], config) => {
          if (!input) return;
          const options = { config, reducer: reducer() };
          const [all] = run([input], options).states as [number[][]];
          const { states: left, sizes } = run([input], { ...options, wanted: 'survivors' });
          if (!sizes) return;
          const times = (left[0] as number[][]).map(
            (state) => all.filter((other) => largestGap(state, other) < 1e-6).length,
          );
          expect(times).toEqual(sizes[0]);
          // The mean of all positions is that of the survivors, each counted as often as its size.
          const mean = all[0]?.map((_, i) => all.reduce((sum, state) => sum + (state[i] as number), 0) / all.length);
          const weighted = all[0]?.map(
            (_, i) =>
              (left[0] as number[][]).reduce(
                (sum, state, slot) => sum + (state[i] as number) * (sizes[0]?.[slot] as number),
                0,
              ) / all.length,
          );
          expect(largestGap(mean ?? [], weighted ?? [])).toBeLessThan(1e-5);
        }),
        { numRuns: 15 },
      );
    });

    test('the first token alone is the first of all', () => {
      fc.assert(
        fc.property(texts, configs, (inputs, config) => {
          const first = run(inputs, { config, reducer: reducer(), wanted: 'first' }).states;
          const all = run(inputs, { config, reducer: reducer() }).states;
          inputs.forEach((_, row) =>
            expect(largestGap(first[row]?.[0] as number[], all[row]?.[0] as number[])).toBeLessThan(2e-5),
          );
        }),
        { numRuns: 8 },
      );
    });

    test('fewer stay than there are segments, with [CLS] or without: nothing is lost', () => {
      const input = { ids: [0, 3, 49, 4, 5, 49, 6, 49], typeIds: [0, 0, 0, 1, 1, 1, 1, 1] };
      for (const protectedTokens of [0, 1])
        for (const minTokens of [1, 2]) {
          const options = { config: [0.9, 0.3, 0.1], reducer: reducer(), protectedTokens, minTokens };
          const { sizes } = run([input, { ids: [0, 49, 49, 49] }], { ...options, wanted: 'survivors' });
          expect(sizes?.map((row) => row.reduce((sum, size) => sum + size, 0))).toEqual([8, 4]);
          expect(sizes?.map((row) => row.filter((size) => size > 0).length)).toEqual([minTokens, minTokens]);
        }
    });

    test('a lone token, two of them, and more protected ones than stay', () => {
      for (const input of [[7], [7, 49], [0, 7, 49], [0, 49, 49, 49, 49], [5, 5, 5, 5, 5, 5]])
        for (const protectedTokens of [0, 1, 2])
          for (const minTokens of [1, 2]) {
            const config = [0.6, 0.3, 0.1];
            const found = states([{ ids: input }], { config, reducer: reducer(), protectedTokens, minTokens });
            expect(found).toHaveLength(input.length * 16);
            expect(found.every((value) => Number.isFinite(value))).toBe(true);
          }
    });

    test.each<[Unmerge]>([['group'], ['own']])('gradients are those of finite differences (%s)', (unmerge) => {
      const inputs = [{ ids: [0, 3, 9, 4, 9, 4, 7, 49] }, { ids: [0, 5, 6, 3, 49] }];
      const [block, ...others] = weights.blocks as [EncoderWeights['blocks'][number]];
      const own = block.attention.value as DenseWeights;
      const loss = (kernel: tf.Tensor2D): tf.Scalar => {
        const value = { ...own, kernel };
        const changed = { ...weights, blocks: [{ ...block, attention: { ...block.attention, value } }, ...others] };
        const { hidden } = encode(changed, inputs, { config: [0.6, 0.6, 0.6], reducer: reducer(unmerge) });
        return tf.mean(tf.mul(hidden, tf.sin(tf.reshape(tf.range(0, hidden.size), hidden.shape))));
      };
      expectGradient(loss, own.kernel, 8);
      const gradient = tf.tidy(
        () => tf.max(tf.abs(tf.grad((x: tf.Tensor) => loss(x as tf.Tensor2D))(own.kernel))).dataSync()[0],
      );
      expect(gradient).toBeGreaterThan(1e-4);
    });

    test('none flows through the matching, in whichever layers tokens leave', () => {
      const inputs = [{ ids: [0, 3, 9, 4, 9, 4, 7, 49] }];
      const { word } = weights.embeddings;
      const gradient = tf.tidy(() =>
        tf
          .grad((x: tf.Tensor) => {
            const changed = { ...weights, embeddings: { ...weights.embeddings, word: x as tf.Tensor2D } };
            return tf.mean(tf.square(encode(changed, inputs, { config: [0.8, 0.6, 0.4], reducer: reducer() }).hidden));
          })(word)
          .dataSync(),
      );
      expect(gradient.every((value) => Number.isFinite(value))).toBe(true);
    });

    test('leaves no tensor behind, with gradients or without', async () => {
      const inputs = [{ ids: [0, 3, 9, 4, 9, 4, 7, 49] }, { ids: [0, 5, 49] }];
      await expectNoLeak(() => run(inputs, { config: [0.7, 0.5, 0.4], reducer: reducer() }));
    });
  });
});

describeOnBackends('tome', () => {
  test('pairs of even slots with odd ones are all that is needed where they are enough: the same scores and partners', () => {
    const weights = tinyEncoder();
    const reducers = [tomeReducer(), tomeReducer({ likeness: 'keys' })];
    fc.assert(
      fc.property(texts, fc.double({ min: 0.4, max: 1, noNaN: true }), (inputs, share) => {
        const config = [share, share ** 2, share ** 3];
        for (const reducer of reducers) {
          const own = reducer.merge as Merge;
          let [short, long] = [0, 0];
          const watched = (never: boolean): Reducer => ({
            ...reducer,
            merge: {
              ...own,
              match: (ops, at) =>
                own.match(
                  {
                    ...ops,
                    shortcut: (holds, first, second) => {
                      if (never) return second(ops);
                      return ops.shortcut(
                        holds,
                        (on) => {
                          short += 1;
                          return first(on);
                        },
                        (on) => {
                          long += 1;
                          return second(on);
                        },
                      );
                    },
                  },
                  at,
                ),
            },
          });
          const [either, always] = [false, true].map((never) =>
            tf.tidy(() => {
              const { hidden, sizes } = encode(weights, inputs, {
                config,
                reducer: watched(never),
                wanted: 'survivors',
              });
              return [...hidden.dataSync(), ...(sizes?.dataSync() ?? [])];
            }),
          );
          expect(largestGap(either as number[], always as number[])).toBeLessThan(2e-5);
          if (isOnHost() && inputs.every(({ ids }) => ids.length >= 9) && share > 0.8 && share < 0.9)
            expect(short).toBeGreaterThan(0);
          expect(short + long).toBeLessThanOrEqual(6);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describeOnBackends('mixTokens', () => {
  test('a merged token is the weighted mean of its members, and its gradient goes to each by its share', () => {
    const group = fc.integer({ min: 1, max: 3 }).chain((size) =>
      fc.array(fc.record({ into: fc.integer({ min: 0, max: size - 1 }), weight: fc.integer({ min: 1, max: 9 }) }), {
        minLength: size,
        maxLength: 9,
      }),
    );
    fc.assert(
      fc.property(group, (members) => {
        const size = 3;
        const sums = Array.from({ length: size }, (_, slot) =>
          members.reduce((sum, { into, weight }) => sum + (into === slot ? weight : 0), 0),
        );
        const shares = sums.map((sum, slot) =>
          members.map(({ into, weight }) => (into === slot && sum > 0 ? weight / sum : 0)),
        );
        const states = members.map((_, i) => [Math.sin(i), Math.cos(3 * i)]);
        const mixed = tf.tidy(() => mixTokens(tf.tensor2d(states), tf.tensor3d([shares])).arraySync());
        mixed.forEach((state, slot) =>
          state.forEach((value, j) => {
            const total = members.reduce(
              (sum, { into, weight }, i) => sum + (into === slot ? weight * (states[i]?.[j] as number) : 0),
              0,
            );
            expect(value * (sums[slot] as number)).toBeCloseTo(total, 4);
          }),
        );
        const gradient = tf.tidy(
          () =>
            tf
              .grad((x: tf.Tensor) => tf.sum(mixTokens(x as tf.Tensor2D, tf.tensor3d([shares]))))(tf.tensor2d(states))
              .arraySync() as number[][],
        );
        members.forEach(({ into, weight }, i) =>
          expect(gradient[i]?.[0]).toBeCloseTo(weight / (sums[into] as number), 5),
        );
      }),
      { numRuns: 20 },
    );
  });
});
