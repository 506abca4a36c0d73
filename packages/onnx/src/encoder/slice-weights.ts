import type { SliceFactors } from '@length-adaptive/core/encoder';
import { readWeight } from '@length-adaptive/models/engine';
import { bytesOf } from '../graph/model-bytes.js';
import type { WeightSource } from './weight-tree.js';

/** The first columns of a matrix [rows, columns]. */
const firstColumns = (data: Float32Array, [rows = 0, columns = 0]: readonly number[], count: number): Float32Array => {
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) part.set(data.subarray(row * columns, row * columns + count), row * count);
  return part;
};

const part = (
  weight: WeightSource,
  shape: readonly number[],
  cut: (data: Float32Array) => Float32Array,
): WeightSource => {
  if (shape.join() === weight.shape.join()) return weight;
  const { name } = weight;
  return 'data' in weight
    ? { name, shape, data: cut(weight.data) }
    : { name, shape, readInto: async (bytes) => bytes.set(bytesOf(cut(await readWeight(weight)))) };
};

/** Parts of factors in host memory, or of those that are read when a file is written. */
export const sliceWeights: SliceFactors<WeightSource> = {
  down: (factor, rank) => part(factor, [factor.shape[0] ?? 0, rank], (data) => firstColumns(data, factor.shape, rank)),
  up: (factor, rank) => {
    const columns = factor.shape[1] ?? 0;
    return part(factor, [rank, columns], (data) => data.slice(0, rank * columns));
  },
};
