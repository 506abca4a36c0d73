import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';

/** A number a row, where a kernel of ours reads it: one of the lists of a table. */
export interface UploadedCounts {
  /** [lists, B], int32 */
  readonly counts: Tensor2D;
  readonly list: number;
}

const uploaded = new WeakMap<readonly number[], UploadedCounts>();

/**
 * Uploads lists of a number a row in one table: every upload interrupts a graphics card. `uploadedCounts` then finds them, as long as the
 * tidy is open in which this was called.
 */
export const uploadCounts = (lists: readonly (readonly number[])[]): void => {
  const counts = tf.tensor2d(
    lists.map((list) => [...list]),
    undefined,
    'int32',
  );
  lists.forEach((list, i) => uploaded.set(list, { counts, list: i }));
};

/** A list that `uploadCounts` was given, or else a new table that holds it alone. */
export const uploadedCounts = (list: readonly number[]): UploadedCounts => {
  const known = uploaded.get(list);
  return known && !known.counts.isDisposed ? known : { counts: tf.tensor2d([[...list]], undefined, 'int32'), list: 0 };
};
