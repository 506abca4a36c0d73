import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor2D } from '@tensorflow/tfjs';
import { tidy } from '../tidy.js';
import type { SelectionPlace } from './place.js';

/** How many slots of its row are ahead of each slot, [B, T], int32: a permutation. Slots are compared in pairs, for to sort takes many more passes. */
export const ranksOf = (scores: Tensor2D, protectedTokens: number): Tensor2D => {
  const slots = tf.range(0, scores.shape[1], 1, 'int32');
  const safe = tf.less(slots, tf.scalar(protectedTokens, 'int32'));
  const [own, other] = [tf.expandDims(scores, 2), tf.expandDims(scores, 1)]; // [B, T, 1], [B, 1, T]
  const earlier = tf.less(tf.expandDims(slots, 0), tf.expandDims(slots, 1)); // [T, T]: the other's slot comes before
  const better = tf.logicalOr(tf.greater(other, own), tf.logicalAnd(tf.equal(other, own), earlier));
  // A protected slot has those before it ahead, the others have all that are protected.
  const [ownSafe, otherSafe] = [tf.expandDims(safe, 1), tf.expandDims(safe, 0)];
  const ahead = tf.logicalOr(
    tf.logicalAnd(ownSafe, earlier),
    tf.logicalAnd(tf.logicalNot(ownSafe), tf.logicalOr(otherSafe, better)),
  );
  return tf.sum<Tensor2D>(tf.cast(ahead, 'int32'), 2);
};

/** Where each row begins in the flattened batch: [B, 1], int32. */
const rowStarts = (rows: number, width: number): Tensor2D =>
  tf.expandDims(tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(width, 'int32')), 1);

/** The permutation that puts each slot at its place. */
export const orderOf = (places: Tensor2D, { firstSlots }: Pick<SelectionPlace, 'firstSlots'>): Tensor2D => {
  const [rows, width] = places.shape;
  const found = firstSlots(places, { width, rowStep: 0, missing: -1 });
  return tf.sub(tf.reshape(found, [rows, width]), rowStarts(rows, width));
};

/** For backends that a read would stall and that have no kernels of ours (webgl): nothing leaves the device. */
export const onDevice: SelectionPlace = {
  rankOrder: (scores, protectedTokens) => tidy(() => orderOf(ranksOf(scores, protectedTokens), onDevice)),

  keepOrder: (scores, counts, protectedTokens) =>
    tidy(() => {
      const width = scores.shape[1];
      const count = tf.expandDims(tf.tensor1d([...counts], 'int32'), 1); // [B, 1]
      const kept = tf.less(ranksOf(scores, protectedTokens), count);
      const before = tf.cast(tf.cumsum(tf.cast(kept, 'float32'), 1, true), 'int32'); // kept slots to the left of each
      const dropped = tf.add(count, tf.sub(tf.range(0, width, 1, 'int32'), before));
      return orderOf(tf.where(kept, before, dropped) as Tensor2D, onDevice);
    }),

  flatSlots: (order, from, to) =>
    tidy(() => {
      const [rows, width] = order.shape;
      return tf.reshape(tf.add(tf.slice(order, [0, from], [-1, to - from]), rowStarts(rows, width)), [-1]);
    }),

  firstSlots: (values, { width, rowStep, missing }) =>
    tidy(() => {
      const [rows, size] = values.shape;
      const wanted = tf.add(rowStarts(rows, rowStep), tf.range(0, width, 1, 'int32')); // [B, width]
      const found = tf.equal(tf.expandDims(values, 1), tf.expandDims(wanted, 2)); // [B, width, N]
      const nearest = tf.max(tf.mul(tf.cast(found, 'int32'), tf.range(size, 0, -1, 'int32')), 2); // N for slot 0, 0 for none
      const start = rowStarts(rows, size);
      const slot = tf.add(start, tf.sub(tf.scalar(size, 'int32'), nearest));
      const otherwise = tf.broadcastTo(missing < 0 ? start : tf.scalar(missing, 'int32'), [rows, width]);
      const held = tf.greater(nearest, tf.scalar(0, 'int32'));
      return tf.reshape<Rank.R1>(tf.cast(tf.where(held, slot, tf.cast(otherwise, 'int32')), 'int32'), [-1]);
    }),
};
