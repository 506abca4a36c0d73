import type { EncoderOps } from './encoder-ops.js';
import type { EngineTypes } from './engine-types.js';
import type { BottleneckWeights, NormalMapWeights, WeightTree } from './weights.js';

interface LayerOptions {
  readonly layer: number;
  readonly epsilon: number;
}

/** States through a map and its norm. */
export const narrow = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  x: E['states'],
  { map, norm }: WeightTree<NormalMapWeights, E['weight']>,
  { layer, epsilon }: LayerOptions,
): E['states'] => ops.norm(ops.dense(x, map), norm, { epsilon, place: `${layer}.bottleneck` });

/** What the blocks of a layer gave, as wide as states again: added to what entered the layer. */
export const leaveBottleneck = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  x: E['states'],
  { output: { map, norm } }: WeightTree<BottleneckWeights, E['weight']>,
  { layer, epsilon, entering }: LayerOptions & { readonly entering: E['states'] },
): E['states'] => {
  const place = `${layer}.bottleneck`;
  return ops.norm(ops.dropout(ops.dense(x, map), place, 'hidden'), norm, { epsilon, residual: entering, place });
};
