import type { EngineTypes, HeadOps, WeightTree } from '@length-adaptive/core/encoder';
import type { HeadWeights, Readout } from '../architectures/architecture.js';

export interface HeadOptions {
  /** What stands between pooler and output layer. */
  readonly activation: 'tanh' | 'relu';
  readonly readout: Pick<Readout, 'pool' | 'normalize' | 'departed'>;
}

/** What the encoder gave to a head. */
export interface HeadInput<E extends EngineTypes> {
  /** Of the first token or of all tokens, one row a state. */
  readonly states: E['states'];
  /** Which tokens are still there, where some have left: [B, T] */
  readonly stayed?: E['scores'] | undefined;
}

/** What the head reads: the states that the encoder gave, or the mean of them. */
const pooled = <E extends EngineTypes>(
  ops: HeadOps<E>,
  states: E['states'],
  { pool }: Pick<Readout, 'pool'>,
): E['states'] => {
  if (pool === 'mean') return ops.mean(states, 'equal');
  return pool === 'weighted-mean' ? ops.mean(states, 'positions') : states;
};

/** The head of a task, on any engine: one row a state -> [.., outputs]. */
export const runHead = <E extends EngineTypes>(
  ops: HeadOps<E>,
  { states, stayed }: HeadInput<E>,
  { pooler, output }: WeightTree<HeadWeights, E['weight']>,
  { activation, readout }: HeadOptions,
): E['states'] => {
  const { pool, normalize = false, departed } = readout;
  const found = pooled(ops, states, readout);
  const read = pooler ? ops.activate(ops.dense(found, pooler), activation) : found;
  const place = `head.${pool === 'first' ? pool : 'tokens'}`;
  const outputs = output ? ops.dense(ops.dropout(read, place, 'head'), output) : read;
  if (departed !== undefined && stayed !== undefined) return ops.answerFor(outputs, stayed, departed);
  return normalize ? ops.unit(outputs) : outputs;
};
