/** Arithmetic on the numbers of slots, on TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { slotValues } from '../../extent.js';
import { tidy } from '../../tidy.js';
import type { NumberOps } from '../number-ops.js';
import type { TensorEngine } from './tensor-engine.js';

type Binary = (x: Tensor, y: Tensor | number) => Tensor;

const numeric =
  (operation: Binary) =>
  <N extends Tensor2D | Tensor3D>(x: N, y: N | number): N =>
    operation(x, y) as N;

const asTensor = (x: Tensor | number): Tensor => (typeof x === 'number' ? tf.scalar(x) : x);

/** Numbers of other slots of the same row: [B, K] at [B, N] -> [B, N]. */
export const takeNumbers = (x: Tensor2D, slots: Tensor2D): Tensor2D =>
  tidy(() => {
    const [rows, width] = x.shape;
    const starts = tf.expandDims(tf.range(0, rows * width, width, 'int32'), 1);
    const flat = tf.reshape<Rank.R1>(tf.add(tf.cast(slots, 'int32'), starts), [-1]);
    return tf.reshape<Rank.R2>(tf.gather(tf.reshape<Rank.R1>(x, [-1]), flat), slots.shape);
  });

/** The same numbers, cut off from what they were computed from. */
export const constant = <T extends Tensor>(x: T): T =>
  tf.engine().isTapeOn()
    ? (tf.customGrad(() => ({ value: tf.mul(x, tf.scalar(1, x.dtype)), gradFunc: () => tf.scalar(0) }))(
        tf.scalar(0),
      ) as T)
    : x;

/** The mean of the parts of each row: [N, parts * size] -> [N, size]. */
const meanOf = (x: Tensor2D, parts: number): Tensor2D => {
  const [slots, size] = x.shape;
  return parts === 1 ? x : tf.mean(tf.reshape(x, [slots, parts, size / parts]), 1);
};

/** [N, size] -> [N, 1] */
const lengthsOf = (x: Tensor2D): Tensor2D => tf.add(tf.norm(x, 2, -1, true), leastNorm);

/** Every second slot, over the second axis. */
const halfOf = <T extends Tensor2D | Tensor3D>(x: T, from: 0 | 1): T => {
  const begin = x.shape.map((_, axis) => (axis === 1 ? from : 0));
  return tf.stridedSlice(
    x,
    begin,
    [...x.shape],
    x.shape.map((_, axis) => (axis === 1 ? 2 : 1)),
  ) as T;
};

/** Added to lengths, so that what has none has a direction, too. */
const leastNorm = 1e-12;

export const numbersOnTensors: NumberOps<TensorEngine> = {
  add: numeric(tf.add),
  subtract: numeric(tf.sub),
  multiply: numeric(tf.mul),
  divide: <N extends Tensor2D | Tensor3D>(x: N | number, y: N): N => tf.div(asTensor(x), y),
  larger: numeric(tf.maximum),
  smaller: numeric(tf.minimum),
  floor: (x) => tf.floor(x),
  less: (x, y) => tf.less(asTensor(x), asTensor(y)),
  equal: (x, y) => tf.equal(x, y),
  both: (x, y) => tf.logicalAnd(x, y),
  choose: <N extends Tensor2D | Tensor3D>(flags: Tensor, x: N | number, y: N | number): N =>
    tf.where(flags, asTensor(x), asTensor(y)) as N,
  ofSlots: (flags) => tf.cast(flags as Tensor2D, 'float32'),
  ofPairs: (flags) => tf.cast(flags as Tensor3D, 'float32'),

  first: (x) => tf.expandDims(x, 2),
  second: (x) => tf.expandDims(x, 1),
  list: (values) => tf.tensor3d([...values], [1, 1, values.length]),
  best: (pairs) => ({ value: tf.max(pairs, 2), at: tf.cast(tf.argMax<Tensor2D>(pairs, 2), 'float32') }),
  sum: (pairs) => tf.sum(pairs, 2),
  product: (x, y) => tf.matMul(x, y),
  at: takeNumbers,
  total: (x) => tf.sum(x, 1, true),
  before: (x) => tf.cumsum(x, 1, true),

  slots: ({ extent: { width } }) => tf.expandDims<Tensor2D>(tf.range(0, width, 1, 'float32'), 0),
  counts: (step) => tf.expandDims<Tensor2D>(tf.tensor1d([...step]), 1),
  sizes: ({ extent, sizes }) =>
    sizes ?? tf.tensor2d(slotValues(extent, { real: 1, padding: 0 }), [extent.rows, extent.width]),
  segments: ({ segments }) => segments as Tensor2D,
  similarity: (x, parts, { extent: { rows, width } }) => {
    const mean = meanOf(constant(x), parts);
    const byRow: Tensor3D = tf.reshape(tf.div(mean, lengthsOf(mean)), [rows, width, mean.shape[1]]);
    return tf.matMul(byRow, byRow, false, true);
  },
  everySecond: halfOf,
  crossProducts: (x, parts, { extent: { rows, width } }) => {
    const mean = meanOf(constant(x), parts);
    const lengths: Tensor2D = tf.reshape(lengthsOf(mean), [rows, width]);
    const byRow: Tensor3D = tf.reshape(mean, [rows, width, mean.shape[1]]);
    const directions = tf.div<Tensor3D>(halfOf(byRow, 1), tf.expandDims(halfOf(lengths, 1), 2));
    return { products: tf.matMul(halfOf(byRow, 0), directions, false, true), lengths: halfOf(lengths, 0) };
  },
  interleave: (x, between, { extent: { rows, width } }) => {
    const pairs = tf.pad(tf.expandDims<Tensor3D>(x, 2), [[0, 0], [0, 0], [0, 1]], between); // prettier-ignore
    return tf.slice(tf.reshape<Rank.R2>(pairs, [rows, -1]), [0, 0], [rows, width]);
  },
  constant,
};
