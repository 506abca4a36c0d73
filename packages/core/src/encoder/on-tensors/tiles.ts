/** Attention among tokens that stand side by side, on TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { slotValues } from '../../extent.js';
import type { PaddedBatch } from '../batch.js';
import { frameOf } from '../batch.js';
import type { TileOps } from '../tile-ops.js';
import type { DenseWeights } from '../weights.js';
import { dense } from './dense.js';
import { constant, takeNumbers } from './numbers.js';
import { everyPosition, maskPositions } from './positions.js';
import type { TensorEngine, TensorTokens } from './tensor-engine.js';

/** What single-precision numbers can count to, which some backends have in place of integers. */
const mostIndices = 2 ** 24;

/** Numbers of each row: [B, N] at [B, M] -> [B, M]; by as many rows at once as can be told apart. */
const takeFrom = (x: Tensor2D, at: Tensor2D): Tensor2D => {
  const [rows, size] = x.shape;
  const atOnce = Math.max(1, Math.floor(mostIndices / size));
  const parts = Array.from({ length: Math.ceil(rows / atOnce) }, (_, part) => {
    const from = part * atOnce;
    const count = Math.min(atOnce, rows - from);
    return takeNumbers(tf.slice(x, [from, 0], [count, size]), tf.slice(at, [from, 0], [count, -1]));
  });
  return parts.length === 1 ? (parts[0] as Tensor2D) : tf.concat(parts, 0);
};

const placesAround = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => [y, x] as const));

/** The mean of every two of what stands one after the other: [N, 2, size] -> [N, size] */
const meanOfTwo = (x: Tensor, size: number): Tensor2D => tf.mean(tf.reshape<Rank.R3>(x, [-1, 2, size]), 1);

/** @param protectedTokens leading tokens that always stay */
export const tilesOnTensors = (batch: PaddedBatch, protectedTokens: number): TileOps<TensorEngine> => {
  const { rows, width } = batch;
  const positionsOf = ({ positions }: TensorTokens): Tensor2D => positions ?? everyPosition(rows, width);
  /** The slots that hold the tokens of these many places of the input, and whether they do: [B, places] each. */
  const slotsAt = (tokens: TensorTokens, places: number): { readonly slots: Tensor2D; readonly there: Tensor2D } => {
    const { counts } = tokens.extent;
    const at = maskPositions(positionsOf(tokens), {
      offset: 0,
      from: counts.map(() => 0),
      to: counts,
      nobody: places,
    });
    const every = tf.expandDims(tf.range(0, places, 1, 'int32'), 1); // [places, 1]
    const found = tf.cast(tf.equal<Tensor3D>(every, tf.expandDims(at, 1)), 'float32'); // [B, places, K]
    return { slots: tf.argMax(found, 2), there: tf.max(found, 2) };
  };
  return {
    diagonal: (probabilities, tokens, { size, heads }) => {
      const slotCount = tokens.extent.width;
      const blocks = Math.ceil(width / size);
      const { slots, there } = slotsAt(tokens, blocks * size);
      const queries = (x: Tensor2D): Tensor => tf.reshape(x, [rows, blocks, size, 1, 1]);
      const keys = (x: Tensor2D): Tensor => tf.reshape(x, [rows, blocks, 1, size, 1]);
      const head = tf.mul(tf.range(0, heads, 1, 'int32'), tf.scalar(slotCount * slotCount, 'int32')); // [heads]
      const line = tf.add(tf.mul(queries(slots), tf.scalar(slotCount, 'int32')), keys(slots));
      const at = tf.reshape<Rank.R2>(tf.add(line, head), [rows, -1]);
      const taken = takeFrom(tf.reshape<Rank.R2>(probabilities, [rows, -1]), at);
      const counts = tf.tensor([...tokens.extent.counts], [rows, 1, 1, 1, 1], 'float32');
      const scale = tf.mul(tf.mul(queries(there), keys(there)), counts); // [B, blocks, size, size, 1]
      const relative = tf.mul(tf.reshape(taken, [rows, blocks, size, size, heads]), scale);
      return constant(tf.reshape<Rank.R4>(tf.log(tf.add(relative, 1)), [rows * blocks, size, size, heads]));
    },
    convolve: (x, weights) => {
      const [count, height, across, channels] = x.shape;
      const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
      const around = placesAround.map(([y, left]) => tf.slice(padded, [0, y, left, 0], [count, height, across, channels])); // prettier-ignore
      const read = tf.reshape<Rank.R2>(tf.concat(around, 3), [count * height * across, 9 * channels]);
      return tf.reshape(tf.relu(dense(read, weights as DenseWeights)), [count, height, across, -1]);
    },
    halve: (x) => {
      const [count, height, across, channels] = x.shape;
      const lower = meanOfTwo(x, across * channels); // [N * height / 2, across * channels]
      return tf.reshape<Rank.R4>(meanOfTwo(lower, channels), [count, height / 2, across / 2, channels]);
    },
    rows: (x) => tf.reshape(tf.transpose<Tensor4D>(x, [0, 3, 1, 2]), [x.shape[0], -1]),
    spread: (x, tokens, size) => {
      const blocks = tf.range(0, x.shape[1], 1, 'float32');
      const own = tf.floor(tf.div(tf.cast(positionsOf(tokens), 'float32'), size)); // [B, T]
      const chosen = tf.cast(tf.equal<Tensor3D>(tf.expandDims(own, 2), blocks), 'float32'); // [B, T, blocks]
      return tf.squeeze(tf.matMul(chosen, tf.expandDims<Tensor3D>(x, 2)), [2]);
    },
    frame: (tokens) => {
      const { extent } = tokens;
      const frame = tf.tensor2d(frameOf(batch, protectedTokens), [rows, width]);
      const real = tf.tensor2d(slotValues(extent, { real: 1, padding: 0 }), [rows, extent.width]);
      return tf.mul(takeNumbers(frame, positionsOf(tokens)), real);
    },
  };
};
