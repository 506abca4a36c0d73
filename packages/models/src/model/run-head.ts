import type { DenseOps, EngineTypes, WeightTree } from '@length-adaptive/core';
import type { HeadWeights, Readout } from '../architectures/architecture.js';

export interface HeadOptions {
  /** What stands between pooler and output layer. */
  readonly activation: 'tanh' | 'relu';
  readonly readout: Pick<Readout, 'pool'>;
}

/** The head of a task, on any engine: states of the first token or of all tokens, one row a state -> [.., outputs]. */
export const runHead = <E extends EngineTypes>(
  ops: DenseOps<E>,
  states: E['states'],
  { pooler, output }: WeightTree<HeadWeights, E['weight']>,
  { activation, readout: { pool } }: HeadOptions,
): E['states'] => {
  const read = pooler ? ops.activate(ops.dense(states, pooler), activation) : states;
  return ops.dense(ops.dropout(read, `head.${pool === 'first' ? pool : 'tokens'}`, 'head'), output);
};
