import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';

/** How an order of slots is found and cut: on the host, or on the device. See the functions of these names for what they give. */
export interface SelectionPlace {
  rankOrder(scores: Tensor2D, protectedTokens: number): Tensor2D;
  keepOrder(scores: Tensor2D, counts: readonly number[], protectedTokens: number): Tensor2D;
  /** The old slots that fill new slots `from` to `to` (exclusive) of a permutation [B, T], in the flattened batch: [B * N], int32. */
  flatSlots(order: Tensor2D, from: number, to: number): Tensor1D;
  /** Where numbers stand first in their rows: the slot in the flattened batch for each, [B * width], int32. `values`: [B, N], int32. */
  firstSlots(values: Tensor2D, wanted: WantedNumbers): Tensor1D;
}

/** In row b the numbers `b * rowStep` to `b * rowStep + width` (exclusive). */
export interface WantedNumbers {
  readonly width: number;
  readonly rowStep: number;
  /** What stands for a number that a row has not; below 0 the row's first slot. */
  readonly missing: number;
}
