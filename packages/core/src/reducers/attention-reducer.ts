import { attentionSignificance } from '../significance.js';
import type { SignificanceOptions } from '../significance.js';
import type { Reducer } from './reducer.js';

/** The Length-Adaptive Transformer's reducer: tokens stay by the attention they receive. */
export const attentionReducer = (options: SignificanceOptions = {}): Reducer => ({
  name: 'attention',
  score: ({ probabilities, extent }) => attentionSignificance(probabilities, extent, options),
});
