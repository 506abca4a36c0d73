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
  /** {tokens: [2, N] int32 of ids and types, word, position, types: [rows, hidden], gain, bias}, {width, firstPosition, epsilon} -> [N, hidden]; without `position` or `types` where there are none */
  embed: 'LengthAdaptive.Embed',
  /** {x: [N, in], kernel0 .. : [in, out], bias0 .. : [out]}, {activation: of `kernelActivations`} -> [maps * N, out]: one map after the other; sizes are multiples of 4 */
  dense: 'LengthAdaptive.Dense',
  /**
   * {x: [N, in] and more, kernel: [in, out], bias, residual: [M, out], gain, shift}, {inner, rows, width, epsilon} -> [rows * width, out]: the norm of x kernel + bias + residual; out is at most {@link widestNorm}.
   * With `counts`, and {before, real, kept, pieces, behind, protectedTokens}: of the tokens that `attend` says are looked at most, of a row of at most {@link widestChoice}.
   */
  denseNorm: 'LengthAdaptive.DenseNorm',
  /**
   * {queries, keys: [.., hidden], counts}, {heads, width, queryWidth, keyRow, valueRow, scale, list, voters} -> [B * queryWidth, hidden] of values mixed by attention.
   * With voters above 0 flat, and behind it how much attention each key receives of them, in pieces: [B, heads * ceil(queryWidth / {@link attendQueries}), width]
   */
  attend: 'LengthAdaptive.Attend',
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

/** What the kernel `dense` may compute of what it gives, by number. */
export const kernelActivations = ['none', 'gelu', 'gelu_new', 'relu', 'silu', 'quick_gelu', 'tanh'] as const;

/** The most numbers of a state that the kernel `denseNorm` gives: four a thread. */
export const widestNorm = 1024;

/** The most slots of a row that the kernel `denseNorm` chooses from. */
export const widestChoice = 512;

/** Queries that the kernel `attend` looks at together. */
export const attendQueries = 16;

/** The most numbers of a head that the kernel `attend` has room for. */
export const widestHead = 64;

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
