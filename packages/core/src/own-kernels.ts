import * as tf from '@tensorflow/tfjs';
import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs';

/**
 * Kernels of ours that TensorFlow.js does not know. A backend may have them (WebGPU does, see `webgpu/`); where it has not, the same is
 * composed of operations that every backend has. They have no gradients: those of the blocks do not run while one is recorded, those of the
 * selection do, for no gradient flows into a choice.
 *
 * `counts` are lists of a number a row, [lists, B] int32, and `list` says which of them.
 */
export const ownKernel = {
  /** {x, y: [N, hidden], gain, bias: [hidden]}, {epsilon} -> [N, hidden] */
  addAndNorm: 'LengthAdaptive.AddAndNorm',
  /** {x}, {} -> as x */
  gelu: 'LengthAdaptive.Gelu',
  /** {scores: [B, heads, T, T], counts}, {scale, list} -> as scores */
  attentionSoftmax: 'LengthAdaptive.AttentionSoftmax',
  /** {probabilities: [B, heads, T, T], counts}, {list, voters: how many leading queries of each row count at most} -> [B, T] */
  attentionSignificance: 'LengthAdaptive.AttentionSignificance',
  /** {scores: [B, T], counts}, {protectedTokens, list} -> [B, T] int32, T at most {@link widestRow} */
  keepOrder: 'LengthAdaptive.KeepOrder',
  /** {order: [B, T] int32}, {from, to} -> [B * N] int32 */
  flatSlots: 'LengthAdaptive.FlatSlots',
  /** {values: [B, N] int32}, {width, rowStep, missing} -> [B * width] int32 */
  firstSlots: 'LengthAdaptive.FirstSlots',
} as const;

/** The most slots of a row that the kernel `keepOrder` can remember. */
export const widestRow = 32_768;

type OwnKernel = (typeof ownKernel)[keyof typeof ownKernel];

/** Whether the backend that runs has it. */
export const hasOwnKernel = (name: OwnKernel): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Whether a kernel of the blocks may run: the backend has it, and no gradient is recorded. */
export const canFuse = (name: OwnKernel): boolean => !tf.engine().isTapeOn() && hasOwnKernel(name);

/** Runs a kernel that the backend has. No gradient flows through it. */
export const runOwnKernel = <T extends Tensor>(name: OwnKernel, inputs: NamedTensorMap, attrs: NamedAttrMap = {}): T =>
  tf.engine().runKernel<T>(name, inputs, attrs);

/** Runs one kernel in place of many; undefined where the backend has none, and while a gradient is recorded. */
export const runFused = <T extends Tensor>(
  name: OwnKernel,
  inputs: NamedTensorMap,
  attrs?: NamedAttrMap,
): T | undefined => (canFuse(name) ? runOwnKernel<T>(name, inputs, attrs) : undefined);
