import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

const products: ReadonlySet<string> = new Set(['BatchMatMul', '_FusedMatMul']);

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);

/** Multiply-accumulates of the matrix products that TensorFlow.js runs in `pass`; what it returns is freed. */
export const profiledMacs = async (pass: () => Tensor): Promise<number> => {
  const { kernels } = await tf.profile(() => tf.dispose(pass()));
  let macs = 0;
  for (const { name, inputShapes, outputShapes } of kernels) {
    if (!products.has(name)) continue;
    // [b, m, k] x [b, k, n] -> [b, m, n], whichever way the factors lie: their sizes multiply to b^3 (m k n)^2.
    const [left = [], right = []] = inputShapes as readonly (readonly number[])[];
    const [out = []] = outputShapes;
    const batch = sizeOf(out.slice(0, -2));
    macs += batch * Math.round(Math.sqrt((sizeOf(left) * sizeOf(right) * sizeOf(out)) / batch ** 3));
  }
  return macs;
};
