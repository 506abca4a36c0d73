import type { TensorInfo } from '@tensorflow/tfjs';
import { replaceKernel, sizeOf } from './backend.js';

/** The kernel behind the gradient of `tf.gather`, which the wasm backend lacks: without it no embedding can be trained. */
export const installUnsortedSegmentSum = (): void => {
  replaceKernel('UnsortedSegmentSum', ({ inputs, attrs, backend }) => {
    const x = inputs['x'] as TensorInfo;
    const segmentIds = inputs['segmentIds'] as TensorInfo;
    const segments = attrs['numSegments'] as number;
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = sizeOf(inner);

    const out = backend.makeOutput([segments, ...inner], x.dtype);
    const sums = backend.typedArrayFromHeap(out).fill(0);
    const values = backend.typedArrayFromHeap(x);
    const ids = backend.typedArrayFromHeap(segmentIds);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      if (id < 0 || id >= segments) continue; // as on the other backends
      const to = id * width;
      const from = i * width;
      for (let j = 0; j < width; j++) sums[to + j] = (sums[to + j] as number) + (values[from + j] as number);
    }
    return out;
  });
};
