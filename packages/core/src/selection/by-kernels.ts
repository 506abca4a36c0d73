import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { uploadedCounts } from '../uploaded-counts.js';
import { ownKernel, runOwnKernel, widestRow } from '../own-kernels.js';
import { tidy } from '../tidy.js';
import { onDevice, orderOf, ranksOf } from './on-device.js';
import type { SelectionPlace } from './place.js';

/** For backends that have kernels of ours (webgpu): one for each step of what the encoder does when tokens leave, and nothing leaves the device. */
export const byKernels: SelectionPlace = {
  rankOrder: (scores, protectedTokens) => tidy(() => orderOf(ranksOf(scores, protectedTokens), byKernels)),

  keepOrder: (scores, kept, protectedTokens) => {
    if (scores.shape[1] > widestRow) return onDevice.keepOrder(scores, kept, protectedTokens);
    return tidy(() => {
      const { counts, list } = uploadedCounts(kept);
      return runOwnKernel<Tensor2D>(ownKernel.keepOrder, { scores, counts }, { protectedTokens, list });
    });
  },

  flatSlots: (order, from, to) => runOwnKernel<Tensor1D>(ownKernel.flatSlots, { order }, { from, to }),

  firstSlots: (values, wanted) => runOwnKernel<Tensor1D>(ownKernel.firstSlots, { values }, { ...wanted }),
};
