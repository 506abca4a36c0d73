import type { Activation } from './activation.js';
import type { EncoderOps } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { FeedForwardWeights, NormOrder, WeightTree } from './weights.js';

interface BlockOptions {
  readonly layer: number;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly order: NormOrder;
  /** Whether dropout falls on what it gives. Default true. */
  readonly dropout?: boolean | undefined;
}

/** Feed-forward block with residual. */
export const feedForward = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  x: E['states'],
  weights: WeightTree<FeedForwardWeights, E['weight']>,
  { layer, epsilon, activation, order, dropout = true }: BlockOptions,
): E['states'] => {
  const { intermediate, linear, output, norm } = weights;
  const atOnce = order === 'post' ? ops.blocks?.feedForward(x, weights, { epsilon, activation }) : undefined;
  if (atOnce !== undefined) return atOnce;
  const place = `${layer}.feed_forward`;
  const read = order === 'pre' ? ops.norm(x, norm, { epsilon, place }) : x;
  const active = ops.activate(ops.dense(read, intermediate), activation);
  const inner = linear === undefined ? active : ops.product(active, ops.dense(read, linear));
  const given = ops.dense(inner, output);
  const outer = dropout ? ops.dropout(given, place, 'hidden') : given;
  return order === 'pre' ? ops.add(x, outer) : ops.norm(outer, norm, { epsilon, residual: x, place });
};
