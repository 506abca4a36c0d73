import type { Reducer } from './reducer.js';
import type { ReducerDefinition } from './reducer-definition.js';

const attention: Reducer = {
  name: 'attention',
  voters: 'all',
  score: (ops, { attended, tokens }) => ops.received(attended, tokens),
};

/** The Length-Adaptive Transformer's reducer: tokens stay by the attention they receive (Kim & Cho 2020, section 2.2). */
export const attentionReducer = (): Reducer => attention;

export const attentionDefinition: ReducerDefinition = { name: attention.name, create: attentionReducer };
