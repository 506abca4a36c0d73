import * as tf from '@tensorflow/tfjs';
import { tinyEncoder } from '../../examples/tiny-encoder.js';
import { encode } from '../encode.js';
import { useTestBackend } from '../testing/backends.js';
import { attentionReducer } from './attention-reducer.js';
import { clsAttentionReducer } from './cls-attention-reducer.js';
import type { Reducer } from './reducer.js';
import type { ReducerDefinition } from './reducer-definition.js';
import { findReducer, isRegisteredReducer, reducerKey, reducerNames, registerReducer } from './registry.js';

/** Values that are large, times the attention they get, times it again: as often as `power` says. */
const largeValues: ReducerDefinition = {
  name: 'large-values',
  problem: ({ power = 1, ...others }) => {
    if (Object.keys(others).length > 0) return `does not know ${Object.keys(others).join(', ')}`;
    return power === 1 || power === 2 ? undefined : `has power ${JSON.stringify(power)}, expected 1 or 2`;
  },
  create: ({ power = 1 }): Reducer => ({
    name: 'large-values',
    settings: { power },
    score: (ops, { attended, tokens }) => {
      const received = ops.received(attended, tokens);
      const weight = power === 2 ? ops.multiply(received, received) : received;
      return ops.multiply(weight, ops.magnitudes(attended.projections.value, tokens));
    },
  }),
};

/** The names of this package, in the order of its registry. */
const ownNames = ['attention', 'cls-attention', 'tome', 'pool', 'fuse', 'token-pooling', 'skim', 'prior'];

beforeAll(() => useTestBackend('cpu'));

test('the reducers of this package come first, and what is registered comes after them', () => {
  expect(reducerNames()).toEqual(ownNames);
  expect(findReducer('attention')).toBe(attentionReducer());
  expect(findReducer('cls-attention')).toBe(clsAttentionReducer());
  registerReducer(largeValues);
  registerReducer(largeValues); // the same again is nothing new
  expect(reducerNames()).toEqual([...ownNames, 'large-values']);
});

test('a registered reducer ranks the tokens of a padded batch as it ranks them alone', () => {
  registerReducer(largeValues);
  const weights = tinyEncoder();
  const batch = [{ ids: [1, 2, 3, 4, 5, 6, 7, 8] }, { ids: [9, 8, 7] }];
  const keptIn = (inputs: typeof batch, settings: { readonly power?: number }): number[][][] =>
    tf.tidy(() =>
      encode(weights, inputs, {
        config: [0.7, 0.5, 0.3],
        reducer: findReducer('large-values', settings),
        trace: true,
      }).trace.map(({ positions, counts }) => positions.arraySync().map((row, b) => row.slice(0, counts[b]))),
    );
  for (const settings of [{}, { power: 2 }]) {
    const together = keptIn(batch, settings);
    batch.forEach((input, b) =>
      expect(together.map((layer) => layer[b])).toEqual(keptIn([input], settings).map((layer) => layer[0])),
    );
  }
});

test('its scores are what a hand computes: the attention received, times the sum of absolute values', () => {
  registerReducer(largeValues);
  const input = { ids: [1, 2, 3, 4, 5] };
  const { scores, expected } = tf.tidy(() => {
    const { trace, observed } = encode(tinyEncoder(), [input], {
      reducer: findReducer('large-values'),
      trace: true,
      observe: { attention: [0], projections: [0] },
    });
    const [attention, projections] = [observed.attention[0], observed.projections[0]];
    if (!attention || !projections) throw new Error('nothing was observed');
    const received = tf.sum(attention, [1, 2]).arraySync() as number[][];
    const values = projections.value.arraySync();
    return {
      scores: trace[0]?.scores.arraySync()[0],
      expected: values.map((row, t) => row.reduce((sum, x) => sum + Math.abs(x), 0) * (received[0]?.[t] ?? Number.NaN)),
    };
  });
  expect(scores).toHaveLength(5);
  scores?.forEach((score, t) => expect(score).toBeCloseTo(expected[t] ?? Number.NaN, 4));
});

test.each<[string, () => unknown, string, string]>([
  ['a name that nobody registered', () => findReducer('nearest'), 'REDUCER_UNKNOWN', 'known: attention, cls-attention'],
  ['the way to register it', () => findReducer('nearest'), 'REDUCER_UNKNOWN', '--import ./my-reducer.mjs'],
  [
    'settings of one that has none',
    () => findReducer('attention', { heads: 2 }),
    'OPTION_INVALID',
    'has no settings, and heads came',
  ],
  [
    'a setting that is wrong',
    () => findReducer('large-values', { power: 3 }),
    'OPTION_INVALID',
    'has power 3, expected 1 or 2',
  ],
  [
    'a name that is taken',
    () => registerReducer({ ...largeValues }),
    'OPTION_INVALID',
    'its definition is another one',
  ],
  [
    'a name of this package',
    () => registerReducer({ name: 'attention', create: clsAttentionReducer }),
    'OPTION_INVALID',
    'There is a reducer "attention" already',
  ],
  [
    'a name that no command line can say',
    () => registerReducer({ name: 'two words', create: attentionReducer }),
    'OPTION_INVALID',
    '"two words"; expected a name of letters',
  ],
])('%s is refused', (_, run, code, message) => {
  registerReducer(largeValues);
  expect(run).toThrow(expect.objectContaining({ name: 'CoreError', code, message: expect.stringContaining(message) }));
});

test('only what its name gives again is registered', () => {
  registerReducer(largeValues);
  expect(isRegisteredReducer(attentionReducer())).toBe(true);
  expect(isRegisteredReducer(findReducer('large-values', { power: 2 }))).toBe(true);
  expect(isRegisteredReducer({ ...attentionReducer() })).toBe(false); // it has the name, and could do anything
  expect(isRegisteredReducer({ ...attentionReducer(), settings: { more: 1 } })).toBe(false);
  expect(isRegisteredReducer({ ...attentionReducer(), name: 'own' })).toBe(false);
});

test('the same name and settings are the same reducer', () => {
  expect(reducerKey({ name: 'a' })).toBe('a');
  expect(reducerKey({ name: 'a', settings: {} })).toBe('a');
  expect(reducerKey({ name: 'a', settings: { x: 1, y: 2 } })).toBe(reducerKey({ name: 'a', settings: { y: 2, x: 1 } }));
  expect(reducerKey({ name: 'a', settings: { x: 1 } })).not.toBe(reducerKey({ name: 'a', settings: { x: 2 } }));
});
