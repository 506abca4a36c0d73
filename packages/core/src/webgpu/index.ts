/**
 * Kernels that TensorFlow.js' WebGPU backend lacks. A forward pass of a small encoder takes as long as its kernels take to be started,
 * so what counts is how many there are: `npm run bench -- webgpu`.
 */
import * as tf from '@tensorflow/tfjs';
import type { KernelFunc } from '@tensorflow/tfjs';
import { ownKernel } from '../own-kernels.js';
import { attend } from './attend.js';
import { blockKernels } from './block-kernels.js';
import { dense } from './dense.js';
import { denseNorm } from './dense-norm.js';
import { embed } from './embed.js';
import { selectionKernels } from './selection-kernels.js';

const kernels = {
  ...blockKernels,
  ...selectionKernels,
  [ownKernel.attend]: attend,
  [ownKernel.dense]: dense,
  [ownKernel.denseNorm]: denseNorm,
  [ownKernel.embed]: embed,
};

/** Registers the kernels for the backend `webgpu`, which need not have started. A second call does nothing. */
export const installWebGpuKernels = (): void => {
  if (tf.getKernel(ownKernel.keepOrder, 'webgpu') !== undefined) return;
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: kernel as unknown as KernelFunc });
  }
};
