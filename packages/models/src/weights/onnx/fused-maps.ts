import type { Constant, FindConstant } from './constants.js';
import { dequantized, turned } from './constants.js';
import type { Graph } from './graph.js';
import type { FindReaders, Kernel } from './kernels.js';
import { passing } from './kernels.js';

/** Maps of queries, keys and values in one matrix of an operator of attention. */
export interface Fused {
  /** [3 x out, in] */
  readonly weight: Constant;
  readonly bias: Constant | undefined;
  /** Which kernel reads what the operator gives. */
  readonly reader: number | undefined;
}

/** All of them in a graph: the operators `Attention` and `QAttention` of ONNX Runtime's optimiser. */
export const findFused = (
  { nodes }: Graph,
  find: FindConstant,
  readers: FindReaders,
  kernels: readonly Kernel[],
): Fused[] => {
  const readerOf = (value: string | undefined): number | undefined => {
    for (const node of readers(value)) {
      const at = kernels.findIndex((kernel) => kernel.node === node);
      if (at >= 0) return at;
      if (!passing.has(node.type) && node.type !== 'DynamicQuantizeLinear') continue;
      const found = readerOf(node.outputs[0]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return nodes.flatMap(({ type, inputs, outputs }) => {
    if (type !== 'Attention' && type !== 'QAttention') return [];
    const stored = find(inputs[1]);
    const weight = type === 'Attention' ? stored : dequantized(stored, find(inputs[4]), find(inputs[7]), { axis: 1 });
    if (weight?.isFloat !== true || weight.shape.length !== 2) return [];
    return [{ weight: turned(weight), bias: find(inputs[2]), reader: readerOf(outputs[0]) }];
  });
};
