import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { tidy } from './tidy.js';

/** A rearrangement of the slots of each row that every backend can run forwards and backwards. */
export interface Selection {
  /** B */
  readonly rows: number;
  /** N: slots of each row afterwards. */
  readonly size: number;
  /** The old slot that each new slot takes its token from, in the flattened batch: [B * N], int32. */
  readonly source: Tensor1D;
  /** The new slot that each old slot went to, in the flattened batch: [B * T], int32; B * N where it went nowhere. */
  readonly target: Tensor1D;
}

/** How an order of slots is found and cut, on the host or on the device. */
export interface SelectionPlace {
  /**
   * The slots of each row, highest score first: a permutation, [B, T], int32.
   *
   * @param scores [B, T]; ties go to the earlier token
   * @param protectedTokens this many leading slots come first whatever their score. Default 1, [CLS].
   */
  rankOrder(scores: Tensor2D, protectedTokens?: number): Tensor2D;
  /**
   * Orders the slots of each row: the `counts[b]` highest scores first, in the order of the text, then the others, also in
   * the order of the text. A permutation, [B, T], int32.
   *
   * @param scores [B, T]; ties go to the earlier token
   * @param counts how many tokens each row keeps
   * @param protectedTokens this many leading slots are kept whatever their score. Default 1, [CLS].
   */
  keepOrder(scores: Tensor2D, counts: readonly number[], protectedTokens?: number): Tensor2D;
  /** The part of a permutation that fills new slots `from` to `to` (exclusive). */
  selectionOf(order: Tensor2D, from: number, to: number): Selection;
}

/** The slots of each row by score, in host memory: [B * T]. */
const rankedSlots = (scores: Tensor2D, protectedTokens: number): Int32Array => {
  const [rows, width] = scores.shape;
  const values = scores.dataSync();
  const ranked = new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const rank = (slot: number): number => (slot < protectedTokens ? Infinity : (own[slot] as number));
    ranked.set(Int32Array.from(own.keys()).sort((a, b) => rank(b) - rank(a) || a - b), row * width);
  }
  return ranked;
};

/** For backends whose memory is the host's (cpu, wasm): reading a few numbers beats a dozen kernels. */
export const onHost: SelectionPlace = {
  rankOrder: (scores, protectedTokens = 1) => tf.tensor2d(rankedSlots(scores, protectedTokens), scores.shape, 'int32'),

  keepOrder: (scores, counts, protectedTokens = 1) => {
    const width = scores.shape[1];
    const order = rankedSlots(scores, protectedTokens);
    counts.forEach((count, row) => {
      order.subarray(row * width, row * width + count).sort();
      order.subarray(row * width + count, (row + 1) * width).sort();
    });
    return tf.tensor2d(order, scores.shape, 'int32');
  },

  selectionOf: (order, from, to) => {
    const [rows, width] = order.shape;
    const size = to - from;
    const slots = order.dataSync();
    const source = new Int32Array(rows * size);
    const target = new Int32Array(rows * width).fill(rows * size);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < size; i++) {
        const slot = row * width + (slots[row * width + from + i] as number);
        source[row * size + i] = slot;
        target[slot] = row * size + i;
      }
    }
    return { rows, size, source: tf.tensor1d(source, 'int32'), target: tf.tensor1d(target, 'int32') };
  },
};

/** Ascending order of each row as slot numbers; all values must be distinct integers below 2^24. */
const ascending = (values: Tensor2D): { readonly values: Tensor2D; readonly slots: Tensor2D } => {
  const sorted = tf.topk(tf.neg(tf.cast(values, 'float32')), values.shape[1]);
  return { values: tf.cast(tf.neg(sorted.values), 'int32'), slots: sorted.indices };
};

/** Row-local slot numbers, [B, N] -> numbers into the flattened batch of rows of `width` slots, [B * N]. */
const flatten = (slots: Tensor2D, width: number): Tensor1D => {
  const starts = tf.mul(tf.expandDims(tf.range(0, slots.shape[0], 1, 'int32'), 1), tf.scalar(width, 'int32'));
  return tf.reshape(tf.add(slots, starts), [-1]);
};

/** For backends that a read would stall (webgpu, webgl): nothing leaves the device. */
export const onDevice: SelectionPlace = {
  rankOrder: (scores, protectedTokens = 1) =>
    tidy(() => {
      const width = scores.shape[1];
      const lead = tf.tensor1d(Array.from({ length: width }, (_, slot) => (slot < protectedTokens ? 1e9 : 0)));
      return tf.topk(tf.add<Tensor2D>(scores, lead), width).indices;
    }),

  keepOrder: (scores, counts, protectedTokens = 1) =>
    tidy(() => {
      const [rows, width] = scores.shape;
      const byScore = onDevice.rankOrder(scores, protectedTokens);

      // Add T to the dropped ones: sorting by slot number then lists the kept ones first.
      const offset = new Int32Array(rows * width);
      counts.forEach((count, row) => offset.fill(width, row * width + count, (row + 1) * width));
      const keyed = ascending(tf.add(byScore, tf.tensor2d(offset, [rows, width], 'int32'))).values;
      return tf.mod<Tensor2D>(keyed, tf.scalar(width, 'int32'));
    }),

  selectionOf: (order, from, to) =>
    tidy(() => {
      const [rows, width] = order.shape;
      const size = to - from;
      const source = flatten(tf.slice(order, [0, from], [-1, size]), width);
      const moved = tf.sub<Tensor2D>(ascending(order).slots, tf.scalar(from, 'int32')); // the inverse permutation, shifted
      const outside = tf.reshape(tf.logicalOr(tf.less(moved, 0), tf.greaterEqual(moved, size)), [-1]);
      const target = tf.where(outside, tf.fill([rows * width], rows * size, 'int32'), flatten(moved, size));
      return { rows, size, source, target: tf.cast(target as Tensor1D, 'int32') };
    }),
};

const place = (): SelectionPlace => (['cpu', 'wasm'].includes(tf.getBackend()) ? onHost : onDevice);

export const rankOrder: SelectionPlace['rankOrder'] = (...given) => place().rankOrder(...given);

export const keepOrder: SelectionPlace['keepOrder'] = (...given) => place().keepOrder(...given);

export const selectionOf: SelectionPlace['selectionOf'] = (...given) => place().selectionOf(...given);

/** The permutation that sorts each row of distinct integers ascending, as slot numbers. */
export const sortOrder = (values: Tensor2D): Tensor2D => tidy(() => ascending(values).slots);
