/** What the reducer `skim` learns: small networks on what is known of a token when a layer has attended. */
import type { EncoderOps } from '../../encoder/encoder-ops.js';
import type { EngineTypes } from '../../encoder/engine-types.js';
import type { DenseWeights, LayerNormWeights, WeightTree } from '../../encoder/weights.js';
import type { PredictedAt, TokenPredictor } from '../token-predictor.js';

/** A map that is in every predictor of its shape. */
export const mapOf = <E extends EngineTypes>(
  { predictor }: Pick<PredictedAt<E>, 'predictor'>,
  name: string,
): PredictorMapOf<E> => predictor.maps[name] as PredictorMapOf<E>;

type PredictorMapOf<E extends EngineTypes> = WeightTree<DenseWeights, E['weight']>;

/**
 * One number a token, linear in the state that entered the layer and in what attention gave: all that the state after attention is made of, so
 * that tokens can leave before it is computed.
 *
 * @param bias half of what the number of a token is about before anything is learned. Default 0
 */
export const linearPredictor = (bias?: number): TokenPredictor => ({
  shape: (hidden, _, attended = hidden) => ({
    maps: {
      entering: { inputs: hidden, outputs: 1, ...(bias !== undefined && { bias: [2 * bias] }) },
      attended: { inputs: attended, outputs: 1 },
    },
    norms: {},
  }),
  macs: (hidden, _, attended = hidden) => hidden + attended,
  predict: (ops, at) =>
    ops.numbers.add(ops.read(at.entering, mapOf(at, 'entering')), ops.read(at.attended.context, mapOf(at, 'attended'))),
});

/** Of the layer norms of Transkimmer's block. */
const epsilon = 1e-5;

/** What of two outputs says that a token matters, as in Transkimmer's block: to keep it, less to skim it. */
export const keepLessSkim: readonly number[] = [-1, 1];

/**
 * Transkimmer's block on the state that entered the layer (Guan et al. 2022): layer norm, a map as wide as the state, layer norm, GELU, and the
 * logits of skimming a token and of keeping it.
 *
 * @param mix the weight of each logit in the number of a token
 */
export const predictByBlock = <E extends EngineTypes>(
  ops: EncoderOps<E>,
  at: Pick<PredictedAt<E>, 'entering' | 'predictor' | 'layer'>,
  mix: readonly number[] = keepLessSkim,
): E['scores'] => {
  const norm = (x: E['states'], name: string): E['states'] =>
    ops.norm(x, at.predictor.norms[name] as WeightTree<LayerNormWeights, E['weight']>, {
      epsilon,
      place: `${at.layer}.predictor`,
    });
  const inner = ops.dense(norm(at.entering, 'before'), mapOf(at, 'inner'));
  return ops.read(ops.activate(norm(inner, 'after'), 'gelu'), mapOf(at, 'decision'), mix);
};

/** @param bias about what the logit of keeping a token is before anything is learned, and less than 0 by as much that of skimming it. Default 0 */
export const blockPredictor = (bias?: number): TokenPredictor => ({
  shape: (hidden) => ({
    maps: {
      inner: { inputs: hidden, outputs: hidden },
      decision: { inputs: hidden, outputs: 2, ...(bias !== undefined && { bias: [-bias, bias] }) },
    },
    norms: { before: hidden, after: hidden },
  }),
  macs: (hidden) => hidden * hidden + 4 * hidden,
  predict: (ops, at) => predictByBlock(ops, at),
});
