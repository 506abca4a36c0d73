import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { CoreError } from './errors.js';
import type { KeepOptions, LengthConfig } from './length-config.js';
import { fullLength, keptTokens, letsLeave, validateLengthConfig } from './length-config.js';
import { checkLayers } from './layers.js';
import { hasOwnKernel, ownKernel } from './own-kernels.js';
import { attentionReducer } from './reducers/attention-reducer.js';
import type { Random } from './random.js';
import type { ReducerOf } from './reducers/reducer.js';
import { checkPriors } from './reducers/check-priors.js';
import { decideStraightThrough, decisionOffsets } from './reducers/skim/decisions.js';
import { predictedAt } from './reducers/token-predictor.js';
import type { SoftExtract } from './soft-extract.js';
import { fadeTokens } from './soft-extract.js';
import { tidy } from './tidy.js';
import { uploadCounts } from './uploaded-counts.js';
import type { EncoderInput } from './encoder/batch.js';
import { padBatch } from './encoder/batch.js';
import type { Observe } from './encoder/observe.js';
import type { Dropout } from './encoder/on-tensors/dropout.js';
import { clearPadding } from './encoder/on-tensors/clear-padding.js';
import { onTensors } from './encoder/on-tensors/on-tensors.js';
import type { Observed, TensorEngine } from './encoder/on-tensors/tensor-engine.js';
import type { WatchInputs } from './encoder/on-tensors/watch-inputs.js';
import { watchInputs } from './encoder/on-tensors/watch-inputs.js';
import { runEncoder } from './encoder/run-encoder.js';
import type { FadedAt } from './encoder/run-layer.js';
import type { Wanted } from './encoder/wanted.js';
import type { EncoderWeights } from './encoder/weights.js';

export interface EncodeOptions extends KeepOptions {
  /** Length configuration. Default: drop nothing. */
  readonly config?: LengthConfig | undefined;
  /** The layers that run, ascending (LayerDrop). Default: all. A layer that does not run drops nothing. */
  readonly layers?: readonly number[] | undefined;
  /** What chooses the tokens that stay. Default: attention significance. */
  readonly reducer?: ReducerOf<TensorEngine>;
  /** In layers below this number the prior of an input is added to what the reducer says. Default: in all of them. */
  readonly priorLayers?: number;
  /** Multiply tokens by the retention of their rank in place of dropping them (PoWER-BERT); excludes `config`. Default: no. */
  readonly softExtract?: SoftExtract | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]; of images those before the patches. */
  readonly protectedTokens?: number;
  /**
   * Whose states are wanted: `all` tokens, those that left put back where they stood (token-level heads need it); the `survivors`; or the
   * `first` alone, so that the last layer computes nothing else. Default `all`.
   */
  readonly wanted?: Wanted;
  /** Report which tokens are still there. Default false. */
  readonly stayed?: boolean;
  /** Report what the reducer predicts of every layer, to train it. Default false. */
  readonly predict?: boolean;
  /**
   * Decide by what the reducer predicts which tokens stay, in place of letting them leave: all go through all layers, and those that are not to stay are to
   * the others as if they had left, with gradients that pass straight through the decisions; excludes `config`. Default: no.
   */
  readonly decide?: DecideOptions | undefined;
  /**
   * Numbers that multiply the states which leave the layers that rank tokens, [B * T, hidden] each, in order: gradients by ones are those of the states
   * times the states, what saliency is made of; excludes `config`. Default: none.
   */
  readonly gates?: readonly Tensor2D[] | undefined;
  /** Dropout while training. Default: none. */
  readonly dropout?: Dropout | undefined;
  /** Report the positions that every layer keeps. Default false. */
  readonly trace?: boolean;
  /** Report hidden states, attention probabilities or projections of some layers. Default: none. */
  readonly observe?: Observe | undefined;
  /** Called with what every map of the encoder is given, padding as zeros; excludes `config`. Default: nobody looks. */
  readonly watch?: WatchInputs | undefined;
}

/** How a pass decides. */
export interface DecideOptions {
  /** Of the sigmoid whose gradient a decision passes on. */
  readonly temperature: number;
  /** Source of the noise of decisions. Default: none. */
  readonly random?: Random | undefined;
}

/** What one executed layer did. */
export interface LayerTrace {
  readonly layer: number;
  /** Real tokens of each row that the layer kept. */
  readonly counts: readonly number[];
  /** Their positions in the input, ascending, after that of a token that stands for its input; [B, K] int32; row b is meaningful up to `counts[b]`. */
  readonly positions: Tensor2D;
  /** Scores that the reducer gave to the tokens that entered, the prior included, [B, T]. */
  readonly scores: Tensor2D;
  /** The slot of what each token of the input has become, [B, T] int32; absent while no tokens have become one. */
  readonly owners: Tensor2D | undefined;
}

export interface EncodeOutput {
  /** Hidden states: [B, T, hidden] in input order with zeros for padding; [B, K, hidden] of the survivors; [B, 1, hidden] of the first. */
  readonly hidden: Tensor3D;
  /** One entry an executed layer; empty unless asked for. */
  readonly trace: readonly LayerTrace[];
  /**
   * How many tokens of the input each of the survivors stands for, 0 for padding, [B, K]; undefined while each stands for itself alone, and
   * where others than the survivors are wanted.
   */
  readonly sizes: Tensor2D | undefined;
  /**
   * 1 for each token of the input that is still there and 0 for those that have left, [B, T]; undefined unless asked for, where no token has
   * left, and where those that leave go into others.
   */
  readonly stayed: Tensor2D | undefined;
  /**
   * How much each token matters to each layer that ran, as the reducer predicts it: logits, [B, T] each; slots of padding have one, too. Empty unless
   * asked for, and for a reducer that learns nothing; not of the last layer where it computes the first token alone.
   */
  readonly predictions: readonly Tensor2D[];
  /** 1 for each token that is there after each layer that decided, 0 for those that are as good as gone, [B, T] each. Empty unless that is asked for. */
  readonly decisions: readonly Tensor2D[];
  /** What `observe` asked for; empty lists unless asked. */
  readonly observed: Observed;
}

/** Tokens of each row after each of the layers that run. */
const plannedCounts = (
  lengths: readonly number[],
  layers: readonly number[],
  targets: readonly (readonly number[])[],
): (readonly number[])[] => {
  let counts = lengths;
  return layers.map((layer) => (counts = counts.map((count, row) => Math.min(count, targets[row]?.[layer] ?? count))));
};

/**
 * Runs a transformer encoder at a length configuration (Kim & Cho 2020).
 *
 * In every layer tokens leave after attention and before the feed-forward block; each row keeps the share of its **own**
 * length that the configuration names, and in the end every token returns with the last state it had. A batch gives each
 * row exactly what the row gets alone.
 *
 * @param inputs rows of real tokens, of any lengths; padding is added and removed inside
 * @throws CoreError `INPUT_INVALID`, `LENGTH_CONFIG_INVALID`, `OPTION_INVALID`
 * @example
 * const { hidden } = encode(weights, [{ ids: [101, 7592, 102] }], { config: [0.8, 0.6] }); // [1, 3, hidden]
 */
export const encode = (
  weights: EncoderWeights,
  inputs: readonly EncoderInput[],
  options: EncodeOptions = {},
): EncodeOutput => tidy(() => runOnTensors(weights, inputs, options));

const runOnTensors = (
  weights: EncoderWeights,
  inputs: readonly EncoderInput[],
  {
    config: givenConfig,
    softExtract,
    layers = weights.blocks.map((_, layer) => layer),
    reducer = attentionReducer(),
    priorLayers = weights.blocks.length,
    protectedTokens = weights.embeddings.patches?.image.leading ?? 1,
    wanted = 'all',
    stayed = false,
    predict = false,
    decide,
    gates,
    dropout,
    trace: traced = false,
    observe,
    watch,
    ...keep
  }: EncodeOptions,
): EncodeOutput => {
  const config = validateLengthConfig(givenConfig ?? fullLength(weights.blocks.length), weights.blocks.length);
  if (watch && givenConfig)
    throw new CoreError(
      'OPTION_INVALID',
      'Both config and watch are given: inputs are watched where no token leaves; leave one out.',
    );
  if (gates && givenConfig)
    throw new CoreError(
      'OPTION_INVALID',
      'Both config and gates are given: states are multiplied where no token leaves; leave one out.',
    );
  if (decide && givenConfig)
    throw new CoreError(
      'OPTION_INVALID',
      'Both config and decide are given: a length configuration says how many tokens stay, or the reducer does; leave one out.',
    );
  if (softExtract) checkSoftExtract(softExtract, weights.blocks.length, givenConfig);
  checkLayers(layers, weights.blocks.length);
  checkPriorLayers(priorLayers, weights.blocks.length);

  const batch = padBatch(inputs, weights.embeddings);
  const halving = weights.blocks.flatMap(({ halves }, layer) => (halves ? [layer] : []));
  const kept = { ...keep, halving, running: layers };
  const targets = batch.lengths.map((length) => keptTokens(config, length, kept)); // [B][layers]
  const steps = plannedCounts(batch.lengths, layers, targets);
  checkPriors(inputs, {
    reducer,
    priorLayers,
    layers: weights.blocks.length,
    leaves: (row) => letsLeave(config, batch.lengths[row] as number, kept),
  });
  if (hasOwnKernel(ownKernel.keepOrder)) uploadCounts([batch.lengths, ...steps]);

  const returns = weights.decoder ? wanted !== 'survivors' : wanted === 'all' || wanted === 'kept';
  const restores =
    returns && steps.some((counts) => counts.some((count, row) => count < (batch.lengths[row] as number)));
  const unmerge = reducer.merge?.unmerge;
  const departed = restores && unmerge !== 'group';
  const own = onTensors({
    batch,
    dropout,
    protectedTokens,
    positions:
      departed ||
      traced ||
      reducer.predictor?.blocks !== undefined ||
      weights.blocks.some(({ attention }) => attention.relative),
    owners: unmerge === 'group' || (traced && unmerge !== undefined),
    departed,
    types: weights.embeddings.comparedTypes !== undefined,
    unmerge,
  });
  const ops = watch ? watchInputs(own, watch, { rows: batch.rows, width: batch.width, counts: batch.lengths }) : own;
  const { predictor } = reducer;
  if (decide && !predictor)
    throw new CoreError(
      'OPTION_INVALID',
      `The reducer ${reducer.name} learns nothing that it could decide by; choose one that does, such as skim.`,
    );
  /** What is added to the logits of a layer before it decides. */
  const offsets = (random: Random | undefined): Tensor2D =>
    tf.tensor2d(
      decisionOffsets({ rows: batch.rows, width: batch.width, counts: batch.lengths }, { random, protectedTokens }),
      [batch.rows, batch.width],
    );
  const left = gates?.values();
  const { states, tokens, trace, observed, predictions, decisions } = runEncoder<TensorEngine>(ops, weights, {
    wanted,
    layers,
    steps,
    score: (on, at) => reducer.score(on, at),
    voters: reducer.voters,
    merge: reducer.merge,
    before: reducer.before && ((on, tokens) => reducer.before?.(on, tokens) as Tensor2D),
    predict: predict && predictor ? (on, at) => predictor.predict(on, predictedAt(at)) : undefined,
    decide:
      decide && predictor
        ? (on, at) =>
            decideStraightThrough(
              on,
              predictor.predict(on, predictedAt(at)),
              offsets(decide.random),
              decide.temperature,
            )
        : undefined,
    leaving: left && ((passing) => tf.mul(passing, left.next().value as Tensor2D)),
    priorLayers,
    trace: traced ? 'scores' : undefined,
    observe,
    fade: softExtract && fadeBy(softExtract, protectedTokens),
  });
  const { extent } = tokens;
  const found = wanted === 'survivors' ? clearPadding(states, extent) : states;
  const [slots, size] = found.shape;
  return {
    hidden: tf.reshape(found, [batch.rows, slots / batch.rows, size]),
    trace: trace.map(({ layer, tokens: { extent: left, positions, owners }, scores }) => ({
      layer,
      counts: left.counts,
      positions: tf.clone(positions as Tensor2D),
      scores: scores as Tensor2D,
      owners: owners && tf.clone(owners),
    })),
    stayed: !stayed || weights.decoder ? undefined : restores ? ops.stayed(tokens) : decisions.at(-1),
    sizes: wanted === 'survivors' && tokens.sizes ? tf.clone(tokens.sizes) : undefined,
    observed,
    predictions,
    decisions,
  };
};

/** Fades the tokens of each layer in place of dropping them. */
const fadeBy =
  ({ retention }: SoftExtract, protectedTokens: number) =>
  (states: Tensor2D, { layer, scores, tokens: { extent } }: FadedAt<TensorEngine>): Tensor2D => {
    const row: Tensor1D = tf.reshape(tf.slice(retention, [layer, 0], [1, -1]), [-1]); // [bins]
    return fadeTokens(states, scores, row, { extent, protectedTokens });
  };

const checkSoftExtract = ({ retention }: SoftExtract, layers: number, config: LengthConfig | undefined): void => {
  if (config)
    throw new CoreError(
      'OPTION_INVALID',
      'Both config and softExtract are given: tokens are either dropped or faded; leave one out.',
    );
  const [rows, bins] = retention.shape;
  if (rows !== layers || bins < 1) {
    throw new CoreError(
      'OPTION_INVALID',
      `softExtract.retention is [${rows}, ${bins}]; expected [${layers}, bins] for a model of ${layers} layers.`,
    );
  }
};

const checkPriorLayers = (priorLayers: number, count: number): void => {
  if (Number.isInteger(priorLayers) && priorLayers >= 0 && priorLayers <= count) return;
  throw new CoreError(
    'OPTION_INVALID',
    `priorLayers is ${priorLayers}; expected a whole number from 0 to ${count}, the layers of this model.`,
  );
};
