import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import type { Selection } from './selection/selection.js';
import { byPosition, invert } from './selection/selection.js';
import { tidy } from './tidy.js';

/** Moves one number a token, [B, T] -> [B, N]. */
export const moveSlots = (values: Tensor2D, { rows, size, source }: Selection): Tensor2D =>
  tidy(() => tf.reshape(tf.gather(tf.reshape(values, [-1]), source), [rows, size]));

/**
 * Moves tokens: [B * T, hidden] -> [B * N, hidden].
 *
 * The gradient is the inverse move, again a gather. Nothing here needs a scatter, so training works on the cpu, wasm,
 * webgl and webgpu backends alike; no gradient flows into the choice itself.
 */
export const moveTokens = (x: Tensor2D, selection: Selection): Tensor2D => {
  const { source } = selection;
  if (!tf.engine().isTapeOn()) return tf.gather(x, source);

  const { source: target } = invert(selection);
  const move = tf.customGrad((values, save) => {
    (save as (tensors: Tensor[]) => void)([target]);
    return {
      value: tf.gather(values as Tensor2D, source),
      gradFunc: (dy: Tensor | Tensor[], saved: Tensor[]) => {
        const gradient = dy as Tensor2D;
        const padded = tf.concat([gradient, tf.zeros([1, gradient.shape[1]])], 0); // a zero row for tokens that went nowhere
        return tf.gather(padded, saved[0] as Tensor);
      },
    };
  });
  return move(x);
};

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
 * Restores without a scatter: the groups are laid side by side, each position is looked up among theirs, and one gather
 * fetches its last state (Kim & Cho 2020, section 3.3).
 *
 * @param width T, the width of the input. Every position must be in exactly one group. Those of padding, which come after all others of
 *   their row, may be in none: what comes out there is some token's state, and no gradient may be taken of it.
 */
export const restoreTokens = (groups: readonly TokenGroup[], rows: number, width: number): Tensor2D =>
  tidy(() => {
    const states = tf.concat(
      groups.map(({ states: group, positions }) => tf.reshape(group, [rows, positions.shape[1], group.shape[1]])),
      1,
    ); // [B, W, hidden]
    const total = states.shape[1] as number;
    const size = states.shape[2] as number;

    const positions = tf.concat(
      groups.map((group) => group.positions),
      1,
    ); // [B, W]
    return moveTokens(tf.reshape(states, [rows * total, size]), byPosition(positions, width));
  });

/**
 * Takes tokens together: [B * T, hidden] -> [B * N, hidden]. Gradients flow through the means, none into the shares.
 *
 * @param shares what share each token has in each new one: [B, N, T]
 */
export const mixTokens = (x: Tensor2D, shares: Tensor3D): Tensor2D => {
  const [rows, size, width] = shares.shape;
  const hidden = x.shape[1];
  const times = (values: Tensor2D, from: number, to: number, transposed: boolean): Tensor2D =>
    tf.reshape(tf.matMul(shares, tf.reshape(values, [rows, from, hidden]), transposed), [rows * to, hidden]);
  if (!tf.engine().isTapeOn()) return tidy(() => times(x, width, size, false));
  const mix = tf.customGrad((values, save) => {
    (save as (tensors: Tensor[]) => void)([shares]);
    return {
      value: times(values as Tensor2D, width, size, false),
      gradFunc: (dy: Tensor | Tensor[]) => times(dy as Tensor2D, size, width, true),
    };
  });
  return mix(x) as Tensor2D;
};

/**
 * The states of what each token has become: [B * K, hidden] -> [B * T, hidden].
 *
 * @param owners the slot of that, [B, T] int32
 */
export const takeOwners = (states: Tensor2D, owners: Tensor2D): Tensor2D =>
  tidy(() => {
    const [rows, width] = owners.shape;
    const slots = states.shape[0] / rows;
    if (tf.engine().isTapeOn()) {
      const range = tf.range(0, slots, 1, 'int32');
      const shares = tf.cast(tf.equal(tf.expandDims(owners, 2), range), 'float32') as Tensor3D; // [B, T, K]
      return mixTokens(states, shares);
    }
    const starts = tf.expandDims(tf.range(0, rows * slots, slots, 'int32'), 1);
    return tf.gather(states, tf.reshape<Rank.R1>(tf.add(owners, starts), [rows * width]));
  });
