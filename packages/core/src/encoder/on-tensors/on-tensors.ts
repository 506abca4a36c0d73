/** The operations of the encoder on TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { moveSlots, moveTokens, restoreTokens } from '../../drop-and-restore.js';
import type { Extent } from '../../extent.js';
import { slotValues, validSlots } from '../../extent.js';
import { keepOrder, selectionOf } from '../../selection/selection.js';
import { attentionSignificance } from '../../significance.js';
import type { PaddedBatch } from '../batch.js';
import type { DenseOps, EncoderOps, HeadOps, MeanWeights } from '../encoder-ops.js';
import { addPrior } from './add-prior.js';
import { attentionSoftmax, joinHeads, splitHeads } from './attention.js';
import { activate } from './activation.js';
import { addAndNorm, dense, layerNorm } from './dense.js';
import type { Dropout } from './dropout.js';
import { applyDropout } from './dropout.js';
import { everyPosition, maskPositions } from './positions.js';
import type { TensorEngine } from './tensor-engine.js';

export interface OnTensorsOptions {
  readonly batch: PaddedBatch;
  /** Default: none. */
  readonly dropout?: Dropout | undefined;
  /** Leading tokens that always stay. */
  readonly protectedTokens: number;
  /** Whether positions travel with the tokens. */
  readonly positions: boolean;
  /** Whether the states of tokens that leave are kept. */
  readonly departed: boolean;
}

/** Weights are tensors of the ranks that `EncoderWeights` says. */
const denseOf = ({ kernel, bias }: { readonly kernel: Tensor; readonly bias: Tensor }) => ({
  kernel: kernel as Tensor2D,
  bias: bias as Tensor1D,
});

/** States of the first token of each row: [B * T, hidden] -> [B, hidden]. */
const firstRows = (states: Tensor2D, rows: number): Tensor2D => {
  const [slots, size] = states.shape;
  if (slots === rows) return states;
  return tf.reshape(tf.slice(tf.reshape(states, [rows, slots / rows, size]), [0, 0, 0], [-1, 1, -1]), [rows, size]);
};

/** What heads are made of too. */
export const denseOnTensors = (dropout: Dropout | undefined): DenseOps<TensorEngine> => {
  const rates = dropout && { ...dropout, head: dropout.head ?? dropout.hidden };
  return {
    dense: (x, weights) => dense(x, denseOf(weights)),
    activate,
    dropout: (x, _, kind) => (rates ? applyDropout(x, rates[kind], rates.random) : x),
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
  unit: (states) => tf.div(states, tf.maximum(tf.norm(states, 'euclidean', 1, true), 1e-12)),
});

/** The operations of the encoder for one batch. Call within a tidy. */
export const onTensors = ({
  batch,
  dropout,
  protectedTokens,
  positions,
  departed,
}: OnTensorsOptions): EncoderOps<TensorEngine> => {
  const { rows, width } = batch;
  const idsOf = {
    ids: () => batch.ids,
    types: () => batch.typeIds,
    positions: () => Int32Array.from({ length: rows * width }, (_, slot) => slot % width),
  };
  const ops: EncoderOps<TensorEngine> = {
    ...denseOnTensors(dropout),
    rows: (table, of) => tf.gather(table as Tensor2D, tf.tensor1d(idsOf[of](), 'int32')),
    add: (x, y) => tf.add(x, y),
    norm: (x, { gain, bias }, { epsilon, residual }) => {
      const weights = { gain: gain as Tensor1D, bias: bias as Tensor1D };
      return residual ? addAndNorm(residual, x, weights, epsilon) : layerNorm(x, weights, epsilon);
    },

    attend: (queries, keys, weights, { heads, among: { extent } }) => {
      const projections = {
        query: dense(queries, denseOf(weights.query)),
        key: dense(keys, denseOf(weights.key)),
        value: dense(keys, denseOf(weights.value)),
      };
      const split = (x: Tensor2D): Tensor4D => splitHeads(x, rows, heads);
      const scores: Tensor4D = tf.matMul(split(projections.query), split(projections.key), false, true); // [B, heads, queries, keys]
      const probabilities = attentionSoftmax(scores, extent, 1 / Math.sqrt(queries.shape[1] / heads));
      const voting = dropout ? applyDropout(probabilities, dropout.attention, dropout.random) : probabilities;
      return { context: joinHeads(tf.matMul(voting, split(projections.value))), probabilities, projections };
    },

    received: ({ probabilities }, { extent }, voters = 'all') =>
      attentionSignificance(probabilities, extent, { voters }),
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
    move: (x, { kept }) => moveTokens(x, kept),
    depart: (tokens, { order, kept, extent }, states) => {
      const { positions: before, prior } = tokens;
      const group = () => {
        const from = Math.min(...extent.counts);
        const gone = selectionOf(order, from, tokens.extent.width);
        const origin = moveSlots(before as Tensor2D, gone);
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
      return {
        extent,
        departed: tokens.departed && [...tokens.departed, group()],
        positions: before && moveSlots(before, kept),
        prior: prior && moveSlots(prior, kept),
      };
    },

    begin: () => ({
      extent: { rows, width, counts: batch.lengths },
      departed: departed ? [] : undefined,
      positions: positions ? everyPosition(rows, width) : undefined,
      prior: batch.prior && tf.tensor2d(batch.prior, [rows, width]),
    }),
    firstAlone: (states) => firstRows(states, rows),
    firstTokens: () => ({
      extent: { rows, width: 1, counts: batch.lengths.map(() => 1) },
      departed: undefined,
      positions: undefined,
      prior: undefined,
    }),
    pool: (states) => firstRows(states, rows),
    restore: (states, { extent, departed: left = [], positions: at }) => {
      if (left.length === 0 || !at) return clearPadding(states, extent);
      const zeros = extent.counts.map(() => 0);
      const survivors = {
        states,
        positions: maskPositions(at, { offset: 0, from: zeros, to: extent.counts, nobody: width }),
      };
      return clearPadding(restoreTokens([survivors, ...left], rows, width), { rows, width, counts: batch.lengths });
    },
  };
  return ops;
};

/** States with zeros for padding. */
export const clearPadding = (states: Tensor2D, extent: Extent): Tensor2D => {
  const valid = validSlots(extent);
  return valid ? tf.mul(states, tf.tensor2d(valid, [valid.length, 1])) : states;
};
