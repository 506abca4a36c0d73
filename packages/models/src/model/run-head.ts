import type { EngineTypes, HeadOps, WeightTree } from '@length-adaptive/core/encoder';
import type { HeadWeights, PoolerActivation, Readout } from '../architectures/architecture.js';

export interface HeadOptions {
  /** What stands between pooler and output layer. */
  readonly activation: PoolerActivation;
  readonly readout: Pick<Readout, 'pool' | 'normalize' | 'departed'>;
  /** Of its norm, where it has one. */
  readonly epsilon: number;
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
  { pooler, norm, output, second }: WeightTree<HeadWeights, E['weight']>,
  { activation, readout, epsilon }: HeadOptions,
): E['states'] => {
  const { pool, normalize = false, departed } = readout;
  if (pool === 'first-two' && output && second) {
    const [first, other] = [ops.dense(ops.token(states, 0), output), ops.dense(ops.token(states, 1), second)];
    return ops.scale(ops.add(first, other), 0.5);
  }
  const found = pooled(ops, states, readout);
  const active = pooler ? ops.activate(ops.dense(found, pooler), activation) : found;
  const read = norm ? ops.norm(active, norm, { epsilon, place: 'head' }) : active;
  const place = `head.${pool === 'none' ? 'tokens' : 'first'}`;
  const outputs = output ? ops.dense(ops.dropout(read, place, 'head'), output) : read;
  if (departed !== undefined && stayed !== undefined) return ops.answerFor(outputs, stayed, departed);
  return normalize ? ops.unit(outputs) : outputs;
};
