import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { TokenGroup } from '../drop-and-restore.js';
import { moveSlots, moveTokens, restoreTokens } from '../drop-and-restore.js';
import { CoreError } from '../errors.js';
import type { KeepOptions, LengthConfig } from '../length-config.js';
import { fullLength, keptTokens, validateLengthConfig } from '../length-config.js';
import { hasOwnKernel, ownKernel } from '../own-kernels.js';
import { attentionReducer } from '../reducers/attention-reducer.js';
import { addPrior } from '../reducers/prior.js';
import type { Reducer } from '../reducers/reducer.js';
import { keepOrder, selectionOf } from '../selection/selection.js';
import type { SoftExtract } from '../soft-extract.js';
import { fadeTokens } from '../soft-extract.js';
import { tidy } from '../tidy.js';
import type { Extent } from './attention.js';
import { selfAttention, validSlots } from './attention.js';
import type { EncoderInput } from './batch.js';
import { padBatch } from './batch.js';
import { uploadCounts } from './counts.js';
import type { Dropout } from './dropout.js';
import { applyDropout } from './dropout.js';
import { embed } from './embeddings.js';
import { feedForward } from './feed-forward.js';
import type { Observe, Observed } from './observe.js';
import { createObserver } from './observe.js';
import type { EncoderWeights } from './weights.js';

export interface EncodeOptions extends KeepOptions {
  /** Length configuration. Default: drop nothing. */
  readonly config?: LengthConfig | undefined;
  /** The layers that run, ascending (LayerDrop). Default: all. A layer that does not run drops nothing. */
  readonly layers?: readonly number[] | undefined;
  /** What chooses the tokens that stay. Default: attention significance. */
  readonly reducer?: Reducer;
  /** In layers below this number the prior of an input is added to what the reducer says. Default: in all of them. */
  readonly priorLayers?: number;
  /** Multiply tokens by the retention of their rank in place of dropping them (PoWER-BERT); excludes `config`. Default: no. */
  readonly softExtract?: SoftExtract | undefined;
  /** Leading tokens that always stay. Default 1, [CLS]. */
  readonly protectedTokens?: number;
  /** Put dropped tokens back (token-level heads need it). Without it `hidden` holds the survivors only. Default true. */
  readonly restore?: boolean;
  /** Dropout while training. Default: none. */
  readonly dropout?: Dropout | undefined;
  /** Report the positions that leave every layer. Default false. */
  readonly trace?: boolean;
  /** Report hidden states, attention probabilities or projections of some layers. Default: none. */
  readonly observe?: Observe | undefined;
}

/** What one executed layer did. */
export interface LayerTrace {
  readonly layer: number;
  /** Real tokens of each row that left the layer. */
  readonly counts: readonly number[];
  /** Their positions in the input, ascending, [B, K] int32; row b is meaningful up to `counts[b]`. */
  readonly positions: Tensor2D;
  /** Scores that the reducer gave to the tokens that entered, the prior included, [B, T]. */
  readonly scores: Tensor2D;
}

export interface EncodeOutput {
  /** Hidden states: [B, T, hidden] in input order with zeros for padding, or [B, K, hidden] without `restore`. */
  readonly hidden: Tensor3D;
  /** One entry an executed layer; empty unless asked for. */
  readonly trace: readonly LayerTrace[];
  /** What `observe` asked for; empty lists unless asked. */
  readonly observed: Observed;
}

/** Marks positions of slots outside `from[b]`..`to[b]` as holding no token. */
const maskPositions = (
  positions: Tensor2D,
  offset: number,
  from: readonly number[],
  to: readonly number[],
  nobody: number,
): Tensor2D => {
  const [rows, width] = positions.shape;
  const inside = new Uint8Array(rows * width); // wasm reads the bytes of a bool tensor as they come
  for (let row = 0; row < rows; row++) {
    const start = Math.max(0, (from[row] as number) - offset);
    const end = Math.min(width, (to[row] as number) - offset);
    if (end > start) inside.fill(1, row * width + start, row * width + end);
  }
  const keep = tf.tensor2d(inside, [rows, width], 'bool');
  return tf.where<Tensor2D>(keep, positions, tf.fill([rows, width], nobody, 'int32'));
};

/** Tokens of each row after each of the layers that run. */
const plannedCounts = (lengths: readonly number[], layers: readonly number[], targets: readonly (readonly number[])[]): (readonly number[])[] => {
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
): EncodeOutput => tidy(() => runLayers(weights, inputs, options));

const runLayers = (
  weights: EncoderWeights,
  inputs: readonly EncoderInput[],
  {
    config: givenConfig,
    softExtract,
    layers = weights.blocks.map((_, layer) => layer),
    reducer = attentionReducer(),
    priorLayers = weights.blocks.length,
    protectedTokens = 1,
    restore = true,
    dropout,
    trace: traced = false,
    observe,
    ...keep
  }: EncodeOptions,
): EncodeOutput => {
  const config = validateLengthConfig(givenConfig ?? fullLength(weights.blocks.length), weights.blocks.length);
  if (softExtract) checkSoftExtract(softExtract, weights.blocks.length, givenConfig);
  checkLayers(layers, weights.blocks.length);
  checkPriorLayers(priorLayers, weights.blocks.length);
  const { heads, layerNormEpsilon: epsilon, activation = 'gelu' } = weights;
  const block = { heads, epsilon, dropout, activation };

  const batch = padBatch(inputs, weights.embeddings);
  const { rows, width } = batch;
  const targets = batch.lengths.map((length) => keptTokens(config, length, keep)); // [B][layers]

  let x = embed(weights.embeddings, batch, epsilon);
  if (dropout) x = applyDropout(x, dropout.hidden, dropout.random);
  let extent: Extent = { rows, width, counts: batch.lengths };
  let positions = tf.tile(tf.expandDims(tf.range(0, width, 1, 'int32'), 0), [rows, 1]) as Tensor2D;
  let prior = batch.prior && tf.tensor2d(batch.prior, [rows, width]);
  const left: TokenGroup[] = [];
  const trace: LayerTrace[] = [];
  const observer = createObserver(observe);
  observer.state(0, x);

  const countsAfter = plannedCounts(batch.lengths, layers, targets);
  if (hasOwnKernel(ownKernel.keepOrder)) uploadCounts([batch.lengths, ...countsAfter]);

  for (const [step, layer] of layers.entries()) {
    const { attention, feedForward: feedForwardWeights } = weights.blocks[layer] as EncoderWeights['blocks'][number];
    const attended = selfAttention(x, attention, extent, block);
    observer.attention(layer, attended);
    const counts = countsAfter[step] as readonly number[];
    const drops = counts.some((count, row) => count < (extent.counts[row] as number));

    let hidden = attended.hidden;
    if (drops || traced || softExtract) {
      const given = reducer.score({ layer, probabilities: attended.probabilities, hidden, extent });
      const scores = prior && layer < priorLayers ? addPrior(given, prior, extent) : given;
      if (drops) {
        const order = keepOrder(scores, counts, protectedTokens);
        const next = { rows, width: Math.max(...counts), counts };
        const kept = selectionOf(order, 0, next.width);
        if (restore) {
          const from = Math.min(...counts);
          const gone = selectionOf(order, from, extent.width);
          const origin = moveSlots(positions, gone);
          left.push({
            states: moveTokens(x, gone), // a token that leaves keeps the state it entered this layer with
            positions: maskPositions(origin, from, counts, extent.counts, width),
          });
        }
        hidden = moveTokens(hidden, kept);
        if (restore || traced) positions = moveSlots(positions, kept);
        prior &&= moveSlots(prior, kept);
        extent = next;
      }
      if (softExtract) {
        const { retention } = softExtract;
        const row: Tensor1D = tf.reshape(tf.slice(retention, [layer, 0], [1, -1]), [-1]); // [bins]
        hidden = fadeTokens(hidden, scores, row, { extent, protectedTokens });
      }
      if (traced) trace.push({ layer, counts, positions: tf.clone(positions), scores });
    }
    x = feedForward(hidden, feedForwardWeights, block);
    observer.state(layer + 1, x);
  }

  if (restore && left.length > 0) {
    const zeros = extent.counts.map(() => 0);
    const survivors = { states: x, positions: maskPositions(positions, 0, zeros, extent.counts, width) };
    x = restoreTokens([survivors, ...left], rows, width);
    extent = { rows, width, counts: batch.lengths };
  }
  const hidden: Tensor3D = tf.reshape(x, [rows, extent.width, x.shape[1]]);
  const valid = validSlots(extent);
  const cleared = valid ? tf.mul<Tensor3D>(hidden, tf.tensor3d(valid, [rows, extent.width, 1])) : hidden;
  return { hidden: cleared, trace, observed: observer.end() };
};

const checkSoftExtract = ({ retention }: SoftExtract, layers: number, config: LengthConfig | undefined): void => {
  if (config) throw new CoreError('OPTION_INVALID', 'Both config and softExtract are given: tokens are either dropped or faded; leave one out.');
  const [rows, bins] = retention.shape;
  if (rows !== layers || bins < 1) {
    throw new CoreError('OPTION_INVALID', `softExtract.retention is [${rows}, ${bins}]; expected [${layers}, bins] for a model of ${layers} layers.`);
  }
};

const checkPriorLayers = (priorLayers: number, count: number): void => {
  if (Number.isInteger(priorLayers) && priorLayers >= 0 && priorLayers <= count) return;
  throw new CoreError('OPTION_INVALID', `priorLayers is ${priorLayers}; expected a whole number from 0 to ${count}, the layers of this model.`);
};

const checkLayers = (layers: readonly number[], count: number): void => {
  const ascending = layers.every((layer, i) => Number.isInteger(layer) && layer > (layers[i - 1] ?? -1) && layer < count);
  if (!ascending) {
    throw new CoreError('OPTION_INVALID', `layers is [${layers.join(', ')}]; expected ascending layer numbers in 0..${count - 1}.`);
  }
};
