import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { tidy } from './tidy.js';

/** A rearrangement of the slots of each row that every backend can run forwards and backwards. */
export interface Selection {
  /** Slot that each new slot takes its token from, [B, N], int32. */
  readonly source: Tensor2D;
  /** New slot that each old slot went to, [B, T], int32; N where it went nowhere. */
  readonly target: Tensor2D;
}

/** Ascending order of each row as slot numbers; all values must be distinct integers below 2^24. */
const ascending = (values: Tensor2D): { readonly values: Tensor2D; readonly slots: Tensor2D } => {
  const sorted = tf.topk(tf.neg(tf.cast(values, 'float32')), values.shape[1]);
  return { values: tf.cast(tf.neg(sorted.values), 'int32'), slots: sorted.indices };
};

/** The slot every slot moved to when row slot j took its token from `order[j]`: the inverse permutation. */
export const inversePermutation = (order: Tensor2D): Tensor2D => ascending(order).slots;

/**
 * Orders the slots of each row: the `counts[b]` highest scores first, in the order of the text, then the others, also in
 * the order of the text. A permutation, [B, T], int32.
 *
 * @param scores [B, T]; ties go to the earlier token
 * @param counts how many tokens each row keeps
 * @param protectedTokens this many leading slots are kept whatever their score. Default 1, [CLS].
 */
export const keepOrder = (scores: Tensor2D, counts: readonly number[], protectedTokens = 1): Tensor2D =>
  tidy(() => {
    const [rows, width] = scores.shape;
    const lead = tf.tensor1d(Array.from({ length: width }, (_, slot) => (slot < protectedTokens ? 1e9 : 0)));
    const byScore = tf.topk(tf.add(scores, lead), width).indices; // [B, T], best first

    // Add T to the dropped ones: sorting by slot number then lists the kept ones first.
    const offset = new Int32Array(rows * width);
    counts.forEach((count, row) => offset.fill(width, row * width + count, (row + 1) * width));
    const keyed = ascending(tf.add(byScore, tf.tensor2d(offset, [rows, width], 'int32'))).values;
    return tf.mod<Tensor2D>(keyed, tf.scalar(width, 'int32'));
  });

/** The part of a permutation that fills new slots `from` to `to` (exclusive). */
export const selectionOf = (order: Tensor2D, from: number, to: number): Selection =>
  tidy(() => {
    const size = to - from;
    const source = tf.slice(order, [0, from], [-1, size]);
    const shifted = tf.sub(inversePermutation(order), tf.scalar(from, 'int32'));
    const outside = tf.logicalOr(tf.less(shifted, 0), tf.greaterEqual(shifted, size));
    const target = tf.where(outside, tf.fill(shifted.shape, size, 'int32'), shifted);
    return { source, target: tf.cast(target as Tensor2D, 'int32') };
  });

/** Row-local slot numbers -> numbers into the flattened batch. */
const flatten = (slots: Tensor2D, width: number): Tensor1D =>
  tf.reshape(tf.add(slots, tf.mul(tf.expandDims(tf.range(0, slots.shape[0], 1, 'int32'), 1), tf.scalar(width, 'int32'))), [-1]);

/** Moves one number a token, [B, T] -> [B, N]. (A gather with batch dimensions is wrong on the wasm backend.) */
export const moveSlots = (values: Tensor2D, { source }: Selection): Tensor2D =>
  tidy(() => tf.reshape(tf.gather(tf.reshape(values, [-1]), flatten(source, values.shape[1])), source.shape));

/**
 * Moves tokens: [B * T, hidden] -> [B * N, hidden].
 *
 * The gradient is the inverse move, again a gather. Nothing here needs a scatter, so training works on the cpu, wasm,
 * webgl and webgpu backends alike; no gradient flows into the choice itself.
 */
export const moveTokens = (x: Tensor2D, { source, target }: Selection): Tensor2D => tidy(() => {
  const [rows, width] = source.shape;
  const before = target.shape[1];
  const move = tf.customGrad((values, save) => {
    (save as (tensors: Tensor[]) => void)([target]);
    return {
      value: tf.gather(values as Tensor2D, flatten(source, before)),
      gradFunc: (dy: Tensor | Tensor[], saved: Tensor[]) => {
        const gradient = dy as Tensor2D;
        const to = saved[0] as Tensor2D;
        const nowhere = tf.equal(to, width);
        const slots = tf.where(nowhere, tf.fill(to.shape, rows * width, 'int32'), tf.reshape(flatten(to, width), to.shape));
        const padded = tf.concat([gradient, tf.zeros([1, gradient.shape[1]])], 0);
        return tf.gather(padded as Tensor2D, tf.cast(tf.reshape(slots, [-1]), 'int32'));
      },
    };
  });
  return move(x);
});

/** Tokens that left at one layer, with the last state they had and the positions they came from. */
export interface TokenGroup {
  /** [B * N, hidden] */
  readonly states: Tensor2D;
  /** Positions in the input, [B, N], int32; at least the input's width for slots that hold no token of the group. */
  readonly positions: Tensor2D;
}

/**
 * Puts every token back where it stood in the input: groups of tokens -> [B * T, hidden].
 *
 * Restores without a scatter: the groups are laid side by side, their positions are sorted once, and one gather
 * fetches each position's last state (Kim & Cho 2020, section 3.3).
 *
 * @param width T, the width of the input; every position must be in exactly one group, padding positions in none or one
 */
export const restoreTokens = (groups: readonly TokenGroup[], rows: number, width: number): Tensor2D => tidy(() => {
  const states = tf.concat(
    groups.map(({ states: group, positions }) => tf.reshape(group, [rows, positions.shape[1], group.shape[1]])),
    1,
  ); // [B, W, hidden]
  const total = states.shape[1] as number;
  const size = states.shape[2] as number;

  const select = (): Selection => {
    const positions = tf.concat(groups.map((group) => group.positions), 1); // [B, W]
    // Slots without a token sort behind all real positions, each with a value of its own.
    const spare = tf.add(tf.range(0, total, 1, 'int32'), tf.scalar(width, 'int32'));
    const distinct = tf.where(tf.less(positions, width), positions, tf.broadcastTo(spare, positions.shape));
    return selectionOf(ascending(tf.cast<Tensor2D>(distinct, 'int32')).slots, 0, width);
  };
  const selection = tidy(select);
  return moveTokens(tf.reshape(states, [rows * total, size]), selection);
});
