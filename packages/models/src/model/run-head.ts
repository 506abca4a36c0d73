import type { DenseOps, EngineTypes, WeightTree } from '@length-adaptive/core';
import type { HeadWeights } from '../architectures/architecture.js';
import type { Task } from '../tasks/task.js';

export interface HeadOptions {
  /** What stands between pooler and output layer. */
  readonly activation: 'tanh' | 'relu';
  readonly reads: Task['reads'];
}

/** The head of a task, on any engine: states of the first token or of all tokens, one row a state -> [.., outputs]. */
export const runHead = <E extends EngineTypes>(
  ops: DenseOps<E>,
  states: E['states'],
  { pooler, output }: WeightTree<HeadWeights, E['weight']>,
  { activation, reads }: HeadOptions,
): E['states'] => {
  const read = pooler ? ops.activate(ops.dense(states, pooler), activation) : states;
  return ops.dense(ops.dropout(read, `head.${reads}`, 'head'), output);
};
