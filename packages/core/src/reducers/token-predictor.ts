import type { EncoderOps } from '../encoder/encoder-ops.js';
import type { EngineTypes } from '../encoder/engine-types.js';
import type { ScoredAt } from '../encoder/scored-at.js';
import type { PredictorWeights, WeightTree } from '../encoder/weights.js';
import { CoreError } from '../errors.js';

/** The size of an affine map of a predictor. */
export interface PredictorMap {
  readonly inputs: number;
  readonly outputs: number;
  /** About what the biases of a new one are, one an output. Default: 0, exactly. */
  readonly bias?: readonly number[] | undefined;
  /** Standard deviation of the weights of a new one. Default 0.02. */
  readonly deviation?: number | undefined;
}

/** The weights that a predictor has in each layer: affine maps, and layer norms by the width of what they normalise. */
export interface PredictorShape {
  readonly maps: Readonly<Record<string, PredictorMap>>;
  readonly norms: Readonly<Record<string, number>>;
}

/** A layer with the weights that a predictor has in it. */
export interface PredictedAt<E extends EngineTypes> extends ScoredAt<E> {
  readonly predictor: WeightTree<PredictorWeights, E['weight']>;
}

/**
 * How a reducer learns to decide (straight through, after Transkimmer, Guan et al. 2022): in the full pass of a training step each layer decides of each
 * token whether it stays, and the tokens that do have a price, which is part of the loss.
 */
export interface DecisionTraining {
  /** What it costs when all tokens stay in all layers. */
  readonly price: number;
  /** Of the sigmoid whose gradient passes through a decision. */
  readonly temperature: number;
  /** Whether it learns what the task says of its examples, too. */
  readonly supervised: boolean;
}

/** Tokens that stand side by side in the input and are judged as one (Block-Skim, Guan et al. 2022): places 0 to `size` - 1 are the first block. */
export interface JudgedBlocks {
  /** Tokens of a block. */
  readonly size: number;
  /** How much more a block counts in training that matters than one that does not. */
  readonly weight: number;
}

/** What a reducer learns, layer by layer: how much each token matters. It trains beside the task, by what the task says of its examples. */
export interface TokenPredictor {
  /** Absent: it learns by what the task says alone. */
  readonly decisions?: DecisionTraining | undefined;
  /** Of one that judges blocks: a block matters where any of its tokens is of the answer. Absent: it judges each token by itself. */
  readonly blocks?: JudgedBlocks | undefined;
  /**
   * Its weights in a layer of an encoder whose states have `hidden` numbers, and whose attention has `heads` heads.
   *
   * @param attended numbers of what attention gives. Default: as many as states have
   */
  shape(hidden: number, heads: number, attended?: number): PredictorShape;
  /** Multiply-accumulates for each token that enters a layer which some leave. */
  macs(hidden: number, heads: number, attended?: number): number;
  /** How much each token matters, as the logit of the probability that it does: any number, for slots of padding too. */
  predict<E extends EngineTypes>(ops: EncoderOps<E>, at: PredictedAt<E>): E['scores'];
}

/** A layer with the weights of its predictor. @throws CoreError `OPTION_INVALID` where the encoder has none */
export const predictedAt = <E extends EngineTypes>(at: ScoredAt<E>): PredictedAt<E> => {
  const { predictor, layer } = at;
  if (predictor !== undefined) return { ...at, predictor };
  throw new CoreError(
    'OPTION_INVALID',
    `The reducer ranks tokens by what it has learned, and layer ${layer} of the encoder has no predictor: give blocks[${layer}].predictor its weights, or choose another reducer.`,
  );
};
