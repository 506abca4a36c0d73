import type { Reducer } from './reducer.js';
import type { ReducerDefinition } from './reducer-definition.js';

const clsAttention: Reducer = {
  name: 'cls-attention',
  voters: 'first',
  score: (ops, { attended, tokens }) => ops.received(attended, tokens, 'first'),
};

/** EViT's reducer: tokens stay by the attention that the first token, [CLS], pays to them, summed over heads (Liang et al. 2022, section 3.1). */
export const clsAttentionReducer = (): Reducer => clsAttention;

export const clsAttentionDefinition: ReducerDefinition = { name: clsAttention.name, create: clsAttentionReducer };
