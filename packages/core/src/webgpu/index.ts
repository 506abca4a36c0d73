/**
 * Kernels that TensorFlow.js' WebGPU backend lacks. A forward pass of a small encoder takes as long as its kernels take to be started,
 * so what counts is how many there are: `npm run bench -- webgpu`.
 */
import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { ownKernel } from '../own-kernels.js';
import { blockKernels } from './block-kernels.js';
import { selectionKernels } from './selection-kernels.js';

/** Registers the kernels for the backend `webgpu`, which need not have started. A second call does nothing. */
export const installWebGpuKernels = (): void => {
  if (tf.getKernel(ownKernel.keepOrder, 'webgpu') !== undefined) return;
  for (const [kernelName, kernel] of Object.entries({ ...blockKernels, ...selectionKernels })) {
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: kernel as unknown as KernelFunc });
  }
};
