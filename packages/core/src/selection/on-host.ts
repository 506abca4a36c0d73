import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { SelectionPlace } from './place.js';

/** The slots of each row by score, in host memory: [B * T]. */
const rankedSlots = (scores: Tensor2D, protectedTokens: number): Int32Array => {
  const [rows, width] = scores.shape;
  const values = scores.dataSync();
  const ranked = new Int32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * width, (row + 1) * width);
    const rank = (slot: number): number => (slot < protectedTokens ? Infinity : (own[slot] as number));
    ranked.set(
      Int32Array.from(own.keys()).sort((a, b) => rank(b) - rank(a) || a - b),
      row * width,
    );
  }
  return ranked;
};

/** For backends whose memory is the host's (cpu, wasm): reading a few numbers beats a dozen kernels. */
export const onHost: SelectionPlace = {
  rankOrder: (scores, protectedTokens) => tf.tensor2d(rankedSlots(scores, protectedTokens), scores.shape, 'int32'),

  keepOrder: (scores, counts, protectedTokens) => {
    const width = scores.shape[1];
    const order = rankedSlots(scores, protectedTokens);
    counts.forEach((count, row) => {
      order.subarray(row * width, row * width + count).sort();
      order.subarray(row * width + count, (row + 1) * width).sort();
    });
    return tf.tensor2d(order, scores.shape, 'int32');
  },

  flatSlots: (order, from, to) => {
    const [rows, width] = order.shape;
    const size = to - from;
    const slots = order.dataSync();
    const flat = Int32Array.from({ length: rows * size }, (_, i) => {
      const start = Math.floor(i / size) * width;
      return start + (slots[start + from + (i % size)] as number);
    });
    return tf.tensor1d(flat, 'int32');
  },

  firstSlots: (values, { width, rowStep, missing }) => {
    const [rows, size] = values.shape;
    const held = values.dataSync();
    const found = new Int32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      found.fill(missing < 0 ? row * size : missing, row * width, (row + 1) * width);
      for (let slot = size - 1; slot >= 0; slot--) {
        const wanted = (held[row * size + slot] as number) - row * rowStep;
        if (wanted >= 0 && wanted < width) found[row * width + wanted] = row * size + slot;
      }
    }
    return tf.tensor1d(found, 'int32');
  },
};
