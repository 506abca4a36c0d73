import * as tf from '@tensorflow/tfjs';
import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs';

/**
 * Kernels of ours that TensorFlow.js does not know. A backend may have them (WebGPU does, see `webgpu/`); where it has not, the same is
 * composed of operations that every backend has. They have no gradients.
 */
export const ownKernel = {
  /** {x, y: [N, hidden], gain, bias: [hidden]}, {epsilon} -> [N, hidden] */
  addAndNorm: 'LengthAdaptive.AddAndNorm',
  /** {x}, {} -> as x */
  gelu: 'LengthAdaptive.Gelu',
  /** {scores: [B, heads, T, T], counts: [B]}, {scale} -> as scores */
  attentionSoftmax: 'LengthAdaptive.AttentionSoftmax',
  /** {probabilities: [B, heads, T, T], counts: [B]}, {} -> [B, T] */
  attentionSignificance: 'LengthAdaptive.AttentionSignificance',
  /** {scores: [B, T], counts: [B]}, {protectedTokens} -> [B, T] */
  keepOrder: 'LengthAdaptive.KeepOrder',
  /** {order: [B, T]}, {from, to} -> [B * N] */
  flatSlots: 'LengthAdaptive.FlatSlots',
  /** {values: [B, N]}, {width, rowStep, missing} -> [B * width] */
  firstSlots: 'LengthAdaptive.FirstSlots',
} as const;

type OwnKernel = (typeof ownKernel)[keyof typeof ownKernel];

/** Whether the backend that runs has it. */
export const hasOwnKernel = (name: OwnKernel): boolean => tf.getKernel(name, tf.getBackend()) !== undefined;

/** Runs a kernel that the backend has. No gradient flows through it. */
export const runOwnKernel = <T extends Tensor>(name: OwnKernel, inputs: NamedTensorMap, attrs: NamedAttrMap = {}): T =>
  tf.engine().runKernel<T>(name, inputs, attrs);

/** Runs one kernel in place of many; undefined where the backend has none, and where a gradient may be asked for later. */
export const runFused = <T extends Tensor>(name: OwnKernel, inputs: () => NamedTensorMap, attrs?: NamedAttrMap): T | undefined =>
  tf.engine().isTapeOn() || !hasOwnKernel(name) ? undefined : runOwnKernel<T>(name, inputs(), attrs);
