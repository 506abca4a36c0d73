import type { Reducer } from './reducer.js';

/** The Length-Adaptive Transformer's reducer: tokens stay by the attention they receive (Kim & Cho 2020, section 2.2). */
export const attentionReducer = (): Reducer => ({
  name: 'attention',
  score: (ops, { attended, tokens }) => ops.received(attended, tokens),
});
