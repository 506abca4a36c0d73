import type { ImageShape } from './encoder/image-shape.js';
import { patchSize } from './encoder/image-shape.js';
import type { Wanted } from './encoder/wanted.js';
import { CoreError } from './errors.js';
import { checkLayers } from './layers.js';
import type { KeepOptions, LengthConfig } from './length-config.js';
import { fullLength, keptTokens, validateLengthConfig } from './length-config.js';
import type { OperatingPoint } from './operating-point.js';
import { lengthsOf, runningLayers } from './operating-point.js';
import type { Ranks } from './ranks.js';
import { matrixMacs, validateRanks } from './ranks.js';

/** The dimensions of an encoder, as far as its cost depends on them. */
export interface EncoderShape {
  readonly layers: number;
  /** d: width of a hidden state. */
  readonly hiddenSize: number;
  /** f: width inside the feed-forward block. */
  readonly intermediateSize: number;
  /** Whether what is inside is multiplied by another map of what enters, [d, f] too. Default false. */
  readonly gated?: boolean | undefined;
  /** e: width of the embeddings, which a map brings to d. Default: d, without a map. */
  readonly embeddingSize?: number | undefined;
  /** What a map reads of the table of words for each token and brings to d, before anything is added: the width of the table, or three times that. Default: there is no such map. */
  readonly wordInputs?: number | undefined;
  /** Of layers that are narrower inside: how wide, and whether queries and keys are made of a map of their own, and values of the wide states. Default: as wide as outside. */
  readonly bottleneck?: { readonly size: number; readonly shared: boolean } | undefined;
  /** Feed-forward blocks of a layer. Default 1. */
  readonly feedForwards?: number | undefined;
  /** Of encoders that read images, whose inputs are all of one length. Default: they read texts. */
  readonly image?: ImageShape | undefined;
  /** Vectors of distances that queries, and that keys, are compared with in every layer: r and s of them. Default: none. */
  readonly distanceVectors?: Readonly<Record<'queries' | 'keys', number>> | undefined;
  /** Whether queries are compared with vectors of all distances in the input and of two segments, 2 n + 1 of them for n tokens, but where the first alone asks. Default false. */
  readonly comparesWaves?: boolean | undefined;
  /** The layers that take the tokens two by two, whatever a configuration says. Default: none. */
  readonly halving?: readonly number[] | undefined;
  /** Layers of a decoder, behind those that halve, which all tokens of the input go through, whatever a configuration says. Default 0. */
  readonly decoder?: number | undefined;
  /** The ranks that its matrices have where nothing else is asked for: of a model that is stored in factors. Default: whole matrices. */
  readonly ranks?: Ranks | undefined;
  /** Multiply-accumulates of a reducer that learns, for each token that enters a layer which some leave. Default 0: ranking by attention counts nothing. */
  readonly predictorMacs?: number | undefined;
  /** Whether those that the first layer lets go leave before it, unless it is the last and gives the first token alone. Default false. */
  readonly leavesBefore?: boolean | undefined;
}

/** Width of queries, of keys and of values, all heads together. */
export const attentionWidth = ({ hiddenSize, bottleneck }: Pick<EncoderShape, 'hiddenSize' | 'bottleneck'>): number =>
  bottleneck?.size ?? hiddenSize;

/** Multiply-accumulates of the head for an input of `length` tokens. */
export type HeadCost = (length: number) => number;

/** Head that reads [CLS] through a pooler: d^2 + d * labels. */
export const classificationHeadCost =
  (hiddenSize: number, labels: number): HeadCost =>
  () =>
    hiddenSize * hiddenSize + hiddenSize * labels;

/** Head that reads every token: length * d * outputs (2 outputs for extractive question answering). */
export const tokenHeadCost =
  (hiddenSize: number, outputs: number): HeadCost =>
  (length) =>
    length * hiddenSize * outputs;

export interface CostOptions extends KeepOptions {
  /** Cost of the head. Default: none. */
  readonly head?: HeadCost | undefined;
  /**
   * Whose states are wanted, as `encode` is asked for them. Of the last layer, `first` computes the first token alone, whatever the
   * configuration keeps there; `all` and `survivors` cost the same, but for a decoder, which those that are left do not go through. Default `all`.
   */
  readonly wanted?: Wanted | undefined;
  /** The layers that run, ascending (LayerDrop). Default: all. */
  readonly layers?: readonly number[] | undefined;
  /** How large the factors of its matrices are. Default: the shape's own. */
  readonly ranks?: Ranks | undefined;
}

/** Where the multiply-accumulates of an input go. In every layer l tokens enter, q of them ask, and m of them stay; where they are taken two by two, q = m. */
export interface CostParts {
  /** Keys and values of those that enter, queries of those that ask, and what attention gave to those that stay: (2 l + q + m) d^2, or (2 l + q + m) 2 k d in factors of rank k; l e d of narrow embeddings; the numbers of a patch times d for every patch. Of layers of width a inside a takes the place of d, values made of wide states take l a d, and what leads in and out takes (l + m) a d, with a map of its own for queries and keys (l + 2 m) a d. */
  readonly projections: number;
  /** Attention scores and their weighted sums: 2 q l d; and (q r + l s) d with vectors of distances, q (2 n + 1) d with those of all distances. */
  readonly attention: number;
  /** Feed-forward blocks: 2 m d f, or 2 m k (d + f) in factors of rank k; gated ones half as much again. */
  readonly feedForward: number;
  /** Layer norms, one MAC an element: l d of the embeddings, 2 m d of every layer. */
  readonly layerNorm: number;
  /** What a reducer predicts of the tokens that enter a layer which some of them leave. */
  readonly reducer: number;
  readonly head: number;
}

/**
 * Multiply-accumulates (MACs) that an input of `length` tokens takes at a length configuration, by part: what `encode` and an exported
 * graph compute. Tokens leave a layer once it has attended, before the output projection. Every token that enters asks, q = l, but where
 * the first alone is `wanted` it is the only one that asks and stays in the last layer, q = m = 1.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` for a configuration of another depth, `OPERATING_POINT_INVALID` for such ranks, `OPTION_INVALID`
 * for layers that do not ascend
 */
export const costParts = (
  {
    layers: depth,
    hiddenSize: d,
    intermediateSize: f,
    gated = false,
    embeddingSize,
    wordInputs = 0,
    bottleneck,
    feedForwards = 1,
    image,
    distanceVectors: vectors = { queries: 0, keys: 0 },
    comparesWaves = false,
    halving = [],
    decoder: known = 0,
    ranks: own,
    predictorMacs = 0,
    leavesBefore = false,
  }: EncoderShape,
  config: LengthConfig,
  length: number,
  { head, wanted = 'all', layers, ranks = own, ...keep }: CostOptions = {},
): CostParts => {
  validateLengthConfig(config, depth);
  if (ranks) validateRanks(ranks, depth);
  const running = layers === undefined ? config.map((_, layer) => layer) : checkLayers(layers, depth);
  const kept = keptTokens(config, length, { ...keep, halving, running });
  const a = attentionWidth({ hiddenSize: d, bottleneck });
  const decoder = wanted === 'survivors' ? 0 : known;
  const parts = {
    projections:
      (embeddingSize === undefined ? 0 : length * embeddingSize * d) +
      length * wordInputs * d +
      (image === undefined ? 0 : Math.max(0, length - image.leading) * patchSize(image) * d),
    attention: 0,
    feedForward: 0,
    layerNorm: length * (embeddingSize ?? d),
    reducer: 0,
    head: head?.(length) ?? 0,
  };
  let entering = length;
  for (const layer of running) {
    const firstAlone = wanted === 'first' && decoder === 0 && layer === running.at(-1);
    const staying = firstAlone ? 1 : (kept[layer] as number);
    if (leavesBefore && layer === 0 && !firstAlone) entering = staying;
    const asking = firstAlone ? 1 : halving.includes(layer) ? staying : entering;
    const waves = comparesWaves && !firstAlone ? 2 * length + 1 : 0;
    const share = ranks?.attention[layer] ?? 1;
    const values = matrixMacs(share, bottleneck?.shared ? d : a, a);
    parts.projections += (entering + asking + staying) * matrixMacs(share, a, a) + entering * values;
    parts.attention += (asking * (2 * entering + waves + vectors.queries) + entering * vectors.keys) * a;
    parts.feedForward += feedForwards * (gated ? 3 : 2) * staying * matrixMacs(ranks?.feedForward[layer] ?? 1, a, f);
    parts.layerNorm += (1 + feedForwards) * staying * a;
    if (bottleneck) {
      const narrowed = entering + (bottleneck.shared ? staying : 0);
      parts.projections += (narrowed + staying) * a * d;
      parts.layerNorm += narrowed * a + staying * d;
    }
    if (!firstAlone && staying < entering && !halving.includes(layer)) parts.reducer += entering * predictorMacs;
    entering = staying;
  }
  for (let layer = 1; layer <= decoder; layer++) {
    const firstAlone = wanted === 'first' && layer === decoder;
    const asking = firstAlone ? 1 : length;
    const waves = comparesWaves && !firstAlone ? 2 * length + 1 : 0;
    parts.projections += (2 * length + 2 * asking) * d * d;
    parts.attention += asking * (2 * length + waves) * d;
    parts.feedForward += 2 * asking * d * f;
    parts.layerNorm += 2 * asking * d;
  }
  return parts;
};

/** The MACs of all parts together. */
export const totalCost = ({ projections, attention, feedForward, layerNorm, reducer, head }: CostParts): number =>
  projections + attention + feedForward + layerNorm + reducer + head;

/**
 * Multiply-accumulates (MACs) that an input of `length` tokens takes at a length configuration: matrix products, layer-norm elements and
 * the head, as they run on every engine. Embedding look-ups, softmax, activations, biases, and what ranks and moves tokens count nothing, but for
 * what a reducer has learned (`predictorMacs`).
 * One MAC is one multiplication and one addition. What papers count is `publishedCost`.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` for a configuration of another depth, `OPTION_INVALID` for layers that do not ascend
 * @example
 * cost({ layers: 2, hiddenSize: 4, intermediateSize: 8 }, [0.5, 0.5], 6, { wanted: 'first' });
 */
export const cost = (shape: EncoderShape, config: LengthConfig, length: number, options: CostOptions = {}): number =>
  totalCost(costParts(shape, config, length, options));

/** What of a point a cost depends on beside its lengths. */
const pointOptions = (point: OperatingPoint, layers: number): Pick<CostOptions, 'layers' | 'ranks' | 'floor'> => ({
  ranks: point.ranks,
  floor: point.floor,
  ...(point.skip && { layers: runningLayers(point, layers) }),
});

/** The shape without what its own reducer has learned and does, where a point names another. */
const shapeAt = (shape: EncoderShape, { reducer }: OperatingPoint): EncoderShape =>
  reducer === undefined ? shape : { ...shape, predictorMacs: 0, leavesBefore: false };

/** `cost` of an input at an operating point; a reducer that it names is none that learns, and none that has tokens leave before the first layer. */
export const pointCost = (
  shape: EncoderShape,
  point: OperatingPoint,
  length: number,
  options: CostOptions = {},
): number =>
  cost(shapeAt(shape, point), lengthsOf(point, shape.layers), length, {
    ...options,
    ...pointOptions(point, shape.layers),
  });

/**
 * What share of the MACs of inputs of the given lengths at full length others take; many inputs are of the same length, and what that costs is asked for once.
 *
 * @throws CoreError `INPUT_INVALID` without lengths
 */
const sharesOf = (
  shape: EncoderShape,
  lengths: Iterable<number>,
  options: CostOptions,
): ((macs: (length: number) => number) => number) => {
  const counts = countLengths(lengths);
  if (counts.size === 0) throw new CoreError('INPUT_INVALID', 'There are no input lengths; expected at least one.');
  const sumOf = (macs: (length: number) => number): number => {
    let sum = 0;
    for (const [length, count] of counts) sum += count * macs(length);
    return sum;
  };
  const full = fullLength(shape.layers);
  const whole = sumOf((length) => cost(shape, full, length, options));
  return (macs) => sumOf(macs) / whole;
};

/**
 * Share of the full model's MACs that a configuration spends on inputs of the given lengths (real tokens, no padding):
 * the sum over the inputs at the configuration and ranks divided by the sum at full length and the shape's own ranks. With `layers` it is the share of the model whose
 * layers all run.
 *
 * @throws CoreError `INPUT_INVALID` without lengths, `LENGTH_CONFIG_INVALID`, `OPTION_INVALID`
 */
export const relativeCost = (
  shape: EncoderShape,
  config: LengthConfig,
  lengths: Iterable<number>,
  { layers, ranks, ...options }: CostOptions = {},
): number => sharesOf(shape, lengths, options)((length) => cost(shape, config, length, { ...options, layers, ranks }));

/**
 * `relativeCost` of operating point after operating point on the same inputs: their lengths are counted and the full length is reckoned once.
 *
 * @throws CoreError `INPUT_INVALID` without lengths; what it returns, `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`
 * @example
 * const share = relativePointCosts({ layers: 2, hiddenSize: 4, intermediateSize: 8 }, [6, 9]);
 * share({ lengths: [0.5, 0.5] });
 */
export const relativePointCosts = (
  shape: EncoderShape,
  lengths: Iterable<number>,
  options: CostOptions = {},
): ((point: OperatingPoint) => number) => {
  const share = sharesOf(shape, lengths, options);
  return (point) => share((length) => pointCost(shape, point, length, options));
};

/** `relativeCost` of an operating point. */
export const relativePointCost = (
  shape: EncoderShape,
  point: OperatingPoint,
  lengths: Iterable<number>,
  options: CostOptions = {},
): number => relativePointCosts(shape, lengths, options)(point);

const countLengths = (lengths: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return counts;
};
