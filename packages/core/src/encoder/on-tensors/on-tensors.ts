/** The operations of the encoder on TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { comparisonsOf } from '../comparisons.js';
import type { TokenGroup } from '../../drop-and-restore.js';
import { mixTokens, moveSlots, moveTokens, restoreTokens, takeOwners } from '../../drop-and-restore.js';
import type { Extent } from '../../extent.js';
import { slotValues, validSlots } from '../../extent.js';
import { isOnHost, keepOrder, placesOf, selectionOf } from '../../selection/selection.js';
import { attentionSignificance } from '../../significance.js';
import type { PaddedBatch } from '../batch.js';
import { oneSegment, segmentsOf } from '../batch.js';
import type { DenseOps, EncoderOps, HeadOps, MeanWeights, Unmerge } from '../encoder-ops.js';
import { patchCount, patchSize } from '../image-shape.js';
import { entryOrder } from '../summary.js';
import type {
  AffineWeights,
  DenseWeights,
  LayerNormWeights,
  RelativePositions,
  WaveVectors,
  WeightTree,
} from '../weights.js';
import { addPrior } from './add-prior.js';
import { attentionSoftmax, joinHeads, splitHeads } from './attention.js';
import { activate } from './activation.js';
import { addAndNorm, dense, layerNorm } from './dense.js';
import type { Dropout } from './dropout.js';
import { clearPadding } from './clear-padding.js';
import type { Distances } from './distances.js';
import { distancesOf } from './distances.js';
import { applyDropout } from './dropout.js';
import { fusedBlocks } from './fused-blocks.js';
import { halves } from './halves.js';
import { constant, numbersOnTensors, takeNumbers } from './numbers.js';
import { neighbours } from './neighbours.js';
import { everyPosition, maskPositions } from './positions.js';
import type { TensorEngine } from './tensor-engine.js';
import { tilesOnTensors } from './tiles.js';

export interface OnTensorsOptions {
  readonly batch: PaddedBatch;
  /** Default: none. */
  readonly dropout?: Dropout | undefined;
  /** Leading tokens that always stay. */
  readonly protectedTokens: number;
  /** Whether positions travel with the tokens. */
  readonly positions: boolean;
  /** Whether it travels what each token of the input has become, where they merge. */
  readonly owners: boolean;
  /** Whether the states of tokens that leave are kept. */
  readonly departed: boolean;
  /** Whether their types travel with the tokens. Default false. */
  readonly types?: boolean | undefined;
  /** What tokens that go into others return with, where they do so. Default: tokens just leave. */
  readonly unmerge?: Unmerge | undefined;
}

/** Weights are tensors of the ranks that `EncoderWeights` says. */
const denseOf = (weights: WeightTree<AffineWeights, Tensor>): AffineWeights => weights as AffineWeights;

/** The least sum of weights: that of a slot that nothing goes into. */
const leastWeight = 1e-30;

/** Attention scores before they are scaled, such that a key counts as often as its size: [B, heads, queries, keys]. */
const addSizes = (scores: Tensor4D, sizes: Tensor2D, scale: number): Tensor4D => {
  const [rows, width] = sizes.shape;
  const logarithms = tf.mul(tf.log(tf.maximum(sizes, 1)), 1 / scale); // padding, of size 0, is masked
  return tf.add(scores, tf.reshape(logarithms, [rows, 1, 1, width]));
};

/** Attention scores before they are scaled, with what distances add to them. */
const addDistances = (
  scores: Tensor4D,
  distances: Distances,
  relative: WeightTree<RelativePositions, Tensor>,
  {
    q,
    k,
    scale,
    epsilon,
  }: { readonly q: Tensor4D; readonly k: Tensor4D; readonly scale: number; readonly epsilon: number },
): Tensor4D => {
  const compared = distances.compared(relative, q, k, epsilon);
  const both = compared ? tf.add<Tensor4D>(scores, compared) : scores;
  const bias = distances.bias(relative);
  if (!bias) return both;
  const [, , asking] = scores.shape;
  const asked: Tensor4D = bias.shape[2] === asking ? bias : tf.slice(bias, 0, [-1, -1, asking]);
  return tf.add(both, tf.mul(asked, 1 / scale));
};

/** [B, T] -> [B * T, size] */
const widen = (x: Tensor2D, size: number): Tensor2D =>
  tf.matMul(tf.reshape<Rank.R2>(x, [-1, 1]), tf.ones<Rank.R2>([1, size]));

/** States of a token of each row, the first by default: [B * T, hidden] -> [B, hidden]. */
const rowsOfToken = (states: Tensor2D, rows: number, index = 0): Tensor2D => {
  const [slots, size] = states.shape;
  if (slots === rows) return states;
  const byRow: Tensor3D = tf.reshape(states, [rows, slots / rows, size]);
  return tf.reshape(tf.slice(byRow, [0, index, 0], [-1, 1, -1]), [rows, size]);
};

/** What heads are made of too. */
export const denseOnTensors = (dropout: Dropout | undefined): DenseOps<TensorEngine> => {
  const rates = dropout && { ...dropout, head: dropout.head ?? dropout.hidden };
  return {
    dense: (x, weights) => dense(x, denseOf(weights)),
    activate,
    dropout: (x, _, kind) => (rates ? applyDropout(x, rates[kind], rates.random) : x),
    norm: (x, given, { epsilon, residual }) => {
      const weights = given as LayerNormWeights;
      return residual ? addAndNorm(residual, x, weights, epsilon) : layerNorm(x, weights, epsilon);
    },
  };
};

/** What each slot weighs in the mean of its row, [B, T] flattened; 0 for padding. */
const meanWeights = (extent: Extent, weights: MeanWeights): Float32Array => {
  const { width, counts } = extent;
  const values = slotValues(extent, { real: 1, padding: 0 });
  if (weights === 'positions') values.forEach((value, slot) => (values[slot] = value * ((slot % width) + 1)));
  const sums = counts.map((count) => (weights === 'positions' ? (count * (count + 1)) / 2 : count));
  return values.map((value, slot) => value / (sums[Math.floor(slot / width)] as number));
};

/** What heads are made of that read the tokens of a batch: states are [B * T, hidden]. */
export const headOnTensors = (extent: Extent, dropout?: Dropout): HeadOps<TensorEngine> => ({
  ...denseOnTensors(dropout),
  mean: (states, weights) => {
    const { rows, width } = extent;
    const shares = tf.tensor2d(meanWeights(extent, weights), [rows * width, 1]);
    return tf.sum(tf.reshape(tf.mul(states, shares), [rows, width, states.shape[1]]), 1);
  },
  token: (states, index) => rowsOfToken(states, extent.rows, index),
  add: (x, y) => tf.add(x, y),
  scale: (x, by) => tf.mul(x, by),
  unit: (states) => tf.div(states, tf.maximum(tf.norm(states, 'euclidean', 1, true), 1e-12)),
  answerFor: (outputs, stayed, answer) => {
    const stays = tf.reshape(stayed, [-1, 1]);
    return tf.add(tf.mul(outputs, stays), tf.mul(tf.sub(1, stays), tf.tensor2d([...answer], [1, answer.length])));
  },
});

/** The operations of the encoder for one batch. Call within a tidy. */
export const onTensors = ({
  batch,
  dropout,
  protectedTokens,
  positions,
  owners: following,
  departed,
  types,
  unmerge,
}: OnTensorsOptions): EncoderOps<TensorEngine> => {
  const { rows, width } = batch;
  const idsOf = {
    ids: () => batch.ids,
    types: () => batch.typeIds,
    positions: (first: number) => Int32Array.from({ length: rows * width }, (_, slot) => first + (slot % width)),
  };
  let first: Distances | undefined;
  const later = new WeakMap<Tensor2D, Distances>();
  const origin = positions ? everyPosition(rows, width) : undefined;
  /** Where the tokens stand in the order in which they enter, [B, T] int32, where that is another than theirs. */
  let entering: Tensor2D | undefined;
  /** Those of the tokens that have these positions: the same as long as nobody leaves. */
  const knownDistances = (at: Tensor2D | undefined, slots: number): Distances => {
    if (at === undefined || at === origin)
      return (first ??= distancesOf(undefined, { width: slots, inputWidth: width }));
    const known = later.get(at) ?? distancesOf(at, { width: slots, inputWidth: width });
    later.set(at, known);
    return known;
  };
  /** Those that are still there, as one group of those that return. */
  const survivors = (states: Tensor2D, at: Tensor2D, { counts }: Extent): TokenGroup => {
    const zeros = counts.map(() => 0);
    return { states, positions: maskPositions(at, { offset: 0, from: zeros, to: counts, nobody: width }) };
  };
  const ops: EncoderOps<TensorEngine> = {
    ...denseOnTensors(dropout),
    blocks: dropout ? undefined : fusedBlocks(batch, protectedTokens, () => ops),
    rows: (table, of, first = 0) => tf.gather(table as Tensor2D, tf.tensor1d(idsOf[of](first), 'int32')),
    patches: (first, { projection, second, image }) => {
      const [count, size] = [patchCount(image), patchSize(image)];
      const cut = tf.tensor2d(batch.patches ?? new Float32Array(0), [rows * count, size]);
      const tokens = dense(cut, denseOf(projection)); // [B * P, hidden]
      const leading = second ? tf.concat([first as Tensor2D, second as Tensor2D]) : (first as Tensor2D);
      const each = tf.tile(tf.expandDims<Tensor3D>(leading, 0), [rows, 1, 1]);
      const all = tf.concat([each, tf.reshape<Rank.R3>(tokens, [rows, count, tokens.shape[1]])], 1);
      return tf.reshape(all, [rows * width, tokens.shape[1]]);
    },
    neighbours: (x) => neighbours(x, { rows, width, counts: batch.lengths }),
    add: (x, y) => tf.add(x, y),
    product: (x, y) => tf.mul(x, y),
    nothing: (x) => tf.zerosLike(x),

    attend: (
      queries,
      keys,
      weights,
      {
        heads,
        among: { extent, sizes, positions: at, types: kinds },
        proportional,
        asking,
        epsilon,
        present,
        values = keys,
        halved,
      },
    ) => {
      const projections = {
        query: dense(queries, denseOf(weights.query)),
        key: dense(keys, denseOf(weights.key)),
        value: dense(values, denseOf(weights.value)),
      };
      const split = (x: Tensor2D): Tensor4D => splitHeads(x, rows, heads);
      const { relative } = weights;
      const distances = relative && knownDistances(at, extent.width);
      const turned = (x: Tensor4D): Tensor4D => (relative && distances ? distances.turn(x, relative) : x);
      const waves = relative?.waves as WaveVectors | undefined;
      const contents = waves ? tf.add<Tensor2D>(projections.query, waves.keyBias) : projections.query;
      const [q, k] = [turned(split(contents)), turned(split(projections.key))];
      const products: Tensor4D = tf.matMul(q, k, false, true); // [B, heads, queries, keys]
      const scale = 1 / Math.sqrt((projections.query.shape[1] / heads) * comparisonsOf(relative));
      const near = distances ? addDistances(products, distances, relative, { q, k, scale, epsilon }) : products;
      const scores =
        waves && distances && asking !== 'first' // which alone compares nothing else
          ? tf.add<Tensor4D>(
              near,
              distances.ofWaves(waves, projections.query, { heads, types: kinds, asking: halved?.kept }),
            )
          : near;
      const sized = sizes && proportional ? addSizes(scores, sizes, scale) : scores;
      const probabilities = attentionSoftmax(sized, extent, scale);
      const voting = dropout ? applyDropout(probabilities, dropout.attention, dropout.random) : probabilities;
      const mix = (shares: Tensor4D, values: Tensor2D): Tensor2D => joinHeads(tf.matMul(shares, split(values)));
      if (present === undefined) return { context: mix(voting, projections.value), probabilities, projections };
      // As after a softmax over those that are there; other than a mask before it this has a gradient for those that are not.
      const there = widen(present, projections.value.shape[1]);
      const context = tf.div<Tensor2D>(
        mix(voting, tf.mul(projections.value, there)),
        tf.add(mix(probabilities, there), leastWeight),
      );
      return { context, probabilities, projections };
    },

    received: ({ probabilities, asked }, { extent, sizes }, voters = 'all') =>
      attentionSignificance(probabilities, extent, { voters, votes: asked ? numbersOnTensors.sizes(asked) : sizes }),
    read: (x, weights, mix) => {
      const outputs = dense(x, weights as DenseWeights); // [B * T, outputs]
      const mixed = mix ? tf.matMul(outputs, tf.tensor2d([...mix], [mix.length, 1])) : outputs;
      return tf.reshape(mixed, [rows, x.shape[0] / rows]);
    },
    widen: (x, like) => widen(x, like.shape[1]),
    sigmoid: (x) => tf.sigmoid(x),
    constant,
    magnitudes: (states, { extent }) => {
      const sums: Tensor2D = tf.reshape(tf.sum(tf.abs(states), -1), [rows, extent.width]);
      const valid = validSlots(extent);
      return valid ? tf.mul(sums, tf.tensor2d(valid, sums.shape)) : sums;
    },
    multiply: (x, y) => tf.mul(x, y),
    addPrior: (scores, { prior, extent }) => (prior ? addPrior(scores, prior, extent) : scores),
    whereAnyLeave: (counts, then, otherwise) => {
      const { extent } = otherwise.tokens;
      return counts.some((count, row) => count < (extent.counts[row] as number)) ? then(ops) : otherwise;
    },
    keep: (scores, counts) => {
      const order = keepOrder(scores, counts, protectedTokens);
      const extent = { rows, width: Math.max(...counts), counts };
      return { order, kept: selectionOf(order, 0, extent.width), extent };
    },
    halve: ({ extent, sizes }) => {
      const own = halves(extent);
      const { width: slots } = own.extent;
      const order = tf.tensor2d(own.order, [rows, extent.width], 'int32');
      const shares = tf.tensor3d(own.shares, [rows, slots, extent.width]);
      return {
        order,
        kept: selectionOf(order, 0, slots),
        extent: own.extent,
        halves: own,
        mixed: {
          shares,
          into: tf.tensor2d(own.into, [rows, extent.width]),
          sizes: sizes && tf.sum<Tensor2D>(tf.mul(shares, tf.expandDims(sizes, 1)), -1),
        },
      };
    },
    nest: (tokens) => ({ ...tokens, departed: tokens.departed && [] }),
    part: (states, { extent, departed: left = [], level }, beyond) => {
      const hidden = states.shape[1];
      const none = beyond ?? tf.zeros<Rank.R2>([rows, hidden]);
      if (level === undefined) return { states, beyond: () => none }; // nothing was halved
      const { halves: own, places, owners } = level;
      const { width: slots } = own.extent;
      const made =
        owners && unmerge === 'group'
          ? takeOwners(states, owners)
          : left.length === 0
            ? states
            : restoreTokens([survivors(states, places, extent), ...left], rows, slots);
      const apart = [tf.reshape<Rank.R3>(none, [rows, 1, hidden]), tf.reshape<Rank.R3>(made, [rows, slots, hidden])];
      const table = tf.reshape<Rank.R2>(tf.concat(apart, 1), [rows * (slots + 1), hidden]);
      const taken = (from: Int32Array): Tensor2D =>
        takeOwners(table, tf.tensor2d(from, [rows, from.length / rows], 'int32'));
      return { states: taken(own.parts), beyond: () => taken(own.beyond) };
    },
    stays: ({ order }, counts) => tf.less(placesOf(order), tf.tensor2d([...counts], [rows, 1], 'int32')),
    merge: (by, { into, weights, sizes }) => {
      const slots = tf.expandDims<Tensor3D>(tf.range(0, by.extent.width, 1, 'float32'), 1); // [N, 1]
      const goes = tf.cast(tf.equal(tf.expandDims(into, 1), slots), 'float32'); // [B, N, T]
      const weighted = tf.mul(goes, tf.expandDims(weights ?? sizes, 1));
      const sums = tf.sum(weighted, -1, true);
      return {
        ...by,
        mixed: {
          shares: tf.div(weighted, tf.maximum(sums, leastWeight)),
          into,
          sizes: tf.sum<Tensor2D>(tf.mul(goes, tf.expandDims(sizes, 1)), -1),
        },
      };
    },
    move: (x, { kept, mixed }) => (mixed ? mixTokens(x, mixed.shares) : moveTokens(x, kept)),
    depart: (tokens, { order, kept, extent, mixed, halves: halved }, states) => {
      const { positions: before, prior, segments, owners, types: kinds, level } = tokens;
      /** [B, N] above 0 for slots that hold a token */
      const there = (): Tensor2D =>
        mixed?.sizes ?? tf.tensor2d(slotValues(extent, { real: 1, padding: 0 }), [rows, extent.width]);
      const group = () => {
        const from = Math.min(...extent.counts);
        const gone = selectionOf(order, from, tokens.extent.width);
        const origin = moveSlots((level?.places ?? before) as Tensor2D, gone);
        return {
          states: moveTokens(states, gone),
          positions: maskPositions(origin, {
            offset: from,
            from: extent.counts,
            to: tokens.extent.counts,
            nobody: width,
          }),
        };
      };
      const merged = level && mixed && unmerge === 'group' && !halved;
      const levelAfter = level && {
        ...level,
        places: moveSlots(level.places, kept),
        owners: merged
          ? tf.cast<Tensor2D>(
              takeNumbers(mixed.into, level.owners ?? everyPosition(rows, level.halves.extent.width)),
              'int32',
            )
          : level.owners,
      };
      return {
        extent,
        departed: halved ? tokens.departed : tokens.departed && [...tokens.departed, group()],
        level: halved ? { halves: halved, places: everyPosition(rows, extent.width), owners: undefined } : levelAfter,
        positions: before && moveSlots(before, kept),
        prior: prior && moveSlots(prior, kept),
        sizes: mixed?.sizes,
        segments: segments && mixed && tf.where(tf.greater(there(), 0), moveSlots(segments, kept), 0),
        types: kinds && constant(moveSlots(kinds, kept)), // compared later, which has no gradient
        owners:
          mixed && following
            ? tf.cast(
                takeNumbers(mixed.into, owners ?? (entering ? placesOf(entering) : everyPosition(rows, width))),
                'int32',
              )
            : undefined,
      };
    },

    numbers: numbersOnTensors,
    tiles: tilesOnTensors(batch, protectedTokens),
    shortcut: (holds, short, long) => {
      const known =
        isOnHost() &&
        holds()
          .dataSync()
          .every((value) => value > 0);
      return (known ? short : long)(ops);
    },

    begin: () => ({
      extent: { rows, width, counts: batch.lengths },
      departed: departed ? [] : undefined,
      positions: origin,
      prior: batch.prior && tf.tensor2d(batch.prior, [rows, width]),
      sizes: undefined,
      segments: unmerge && tf.tensor2d(segmentsOf(batch, protectedTokens), [rows, width]),
      owners: undefined,
      types: types ? tf.tensor2d(batch.typeIds, [rows, width], 'int32') : undefined,
    }),
    beginWith: (states, summary) => {
      const order = batch.lengths.flatMap((length, row) => {
        const own = entryOrder(batch.ids.subarray(row * width, row * width + length), summary);
        return [...own, ...Array.from({ length: width - length }, (_, i) => length + i)];
      });
      entering = tf.tensor2d(order, [rows, width], 'int32');
      const move = selectionOf(entering, 0, width);
      const tokens = ops.begin(states);
      return {
        states: moveTokens(states, move),
        tokens: {
          ...tokens,
          positions: entering,
          prior: tokens.prior && moveSlots(tokens.prior, move),
          segments: unmerge && tf.tensor2d(oneSegment(batch, protectedTokens), [rows, width]),
        },
      };
    },
    firstAlone: (states) => rowsOfToken(states, rows),
    firstTokens: () => ({
      extent: { rows, width: 1, counts: batch.lengths.map(() => 1) },
      departed: undefined,
      positions: undefined,
      prior: undefined,
      sizes: undefined,
      segments: undefined,
      owners: undefined,
    }),
    pool: (states) => rowsOfToken(states, rows),
    stayed: ({ extent, positions: at, owners }) => {
      if (!at || owners) return undefined;
      const zeros = extent.counts.map(() => 0);
      const here = maskPositions(at, { offset: 0, from: zeros, to: extent.counts, nobody: width }); // [B, K]
      const places = tf.expandDims(tf.range(0, width, 1, 'int32'), 1); // [T, 1]
      return tf.max<Tensor2D>(tf.cast(tf.equal(places, tf.expandDims(here, 1)), 'float32'), -1);
    },
    restore: (states, { extent, departed: left = [], positions: at, owners }, finish = (x) => x) => {
      if (owners && unmerge === 'group')
        return clearPadding(finish(takeOwners(states, owners)), { rows, width, counts: batch.lengths });
      if (!at || (left.length === 0 && !entering)) return clearPadding(finish(states), extent);
      return clearPadding(finish(restoreTokens([survivors(states, at, extent), ...left], rows, width)), {
        rows,
        width,
        counts: batch.lengths,
      });
    },
  };
  return ops;
};
