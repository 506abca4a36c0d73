import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { ownKernel, runOwnKernel } from '../own-kernels.js';
import { tidy } from '../tidy.js';
import { onDevice } from './on-device.js';
import type { SelectionPlace } from './selection.js';

/** For backends that have kernels of ours (webgpu): a kernel a step, and nothing leaves the device. */
export const byKernels: SelectionPlace = {
  rankOrder: onDevice.rankOrder,

  keepOrder: (scores, counts, protectedTokens) =>
    tidy(() => runOwnKernel<Tensor2D>(ownKernel.keepOrder, { scores, counts: tf.tensor1d([...counts], 'int32') }, { protectedTokens })),

  flatSlots: (order, from, to) => runOwnKernel<Tensor1D>(ownKernel.flatSlots, { order }, { from, to }),

  firstSlots: (values, width, { rowStep = 0, missing = -1 } = {}) => runOwnKernel<Tensor1D>(ownKernel.firstSlots, { values }, { width, rowStep, missing }),
};
