import { sizeOf } from './numbers.js';

/** Numbers with their shape. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Along what scales go. */
interface ScaleOptions {
  /** The axis that has a scale each; default the one that fits, the last first. Nothing where there is one scale for all. */
  readonly axis?: number | undefined;
  /** So many numbers along the axis share a scale; 0: all across the other axes. */
  readonly blockSize?: number | undefined;
}

/** The axis that scales go along. A shape of scales such as [rows, 1] says it, a list goes along the axis that is as long. */
const axisOf = (shape: readonly number[], scales: readonly number[], axis: number | undefined): number => {
  if (scales.length === shape.length && shape.length > 1) return scales.findIndex((dimension) => dimension > 1);
  if (axis !== undefined && shape[axis] === sizeOf(scales)) return axis;
  return shape.lastIndexOf(sizeOf(scales));
};

/** Whether scales of a shape can be those of numbers of a shape. */
export const scalesFit = (
  shape: readonly number[],
  scales: readonly number[],
  { axis, blockSize = 0 }: ScaleOptions = {},
): boolean => {
  if (sizeOf(scales) === 1) return true;
  if (blockSize > 0)
    return shape.every((dimension, at) => scales[at] === (at === axis ? Math.ceil(dimension / blockSize) : dimension));
  return axisOf(shape, scales, axis) >= 0;
};

/**
 * Integers as the numbers that they stand for: (value - zero) * scale.
 *
 * @param scales one, one along an axis, or one for each block along an axis
 * @param zeros as many as scales; default 0
 */
export const dequantize = (
  { shape, data }: Numbers,
  scales: Numbers,
  zeros: Float32Array | Int32Array | undefined,
  { axis, blockSize = 0 }: ScaleOptions = {},
): Float32Array => {
  const count = scales.data.length;
  const along = count === 1 ? -1 : blockSize > 0 ? (axis ?? 0) : axisOf(shape, scales.shape, axis);
  const length = shape[along] ?? 1;
  const inner = along < 0 ? 1 : sizeOf(shape.slice(along + 1));
  const blocks = blockSize > 0 ? Math.ceil(length / blockSize) : length;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i += 1) {
    let group = 0;
    if (along >= 0) {
      const place = Math.floor(i / inner) % length;
      group =
        blockSize > 0
          ? (Math.floor(i / (inner * length)) * blocks + Math.floor(place / blockSize)) * inner + (i % inner)
          : place;
    }
    out[i] = ((data[i] as number) - (zeros?.[group] ?? 0)) * (scales.data[group] as number);
  }
  return out;
};
