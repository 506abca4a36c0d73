import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';

/** Where each token of a batch stands: [B, T], int32. */
export const everyPosition = (rows: number, width: number): Tensor2D =>
  tf.tile(tf.expandDims<Tensor2D>(tf.range(0, width, 1, 'int32'), 0), [rows, 1]);

interface MaskOptions {
  /** Number of the first slot. */
  readonly offset: number;
  /** The slots of each row that hold a token: from .. to (exclusive). */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** What stands for no token. */
  readonly nobody: number;
}

/** Marks positions of slots that hold no token. */
export const maskPositions = (positions: Tensor2D, { offset, from, to, nobody }: MaskOptions): Tensor2D => {
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
