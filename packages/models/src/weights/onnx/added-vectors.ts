import type { Constant, FindConstant } from './constants.js';
import type { Graph, GraphNode } from './graph.js';
import type { FindReaders } from './kernels.js';
import { passing } from './kernels.js';

/** A constant of two axes that is added to a value, as what is added to queries head by head. Exporters work out what stands before it, and its name is lost. */
export interface Added {
  readonly values: Constant;
  /** The value that it is added to. */
  readonly to: string;
  /** The constants that the sum is multiplied with, or that are in what it is multiplied with. */
  readonly meets: readonly string[];
}

const multiplying = new Set(['Einsum', 'MatMul']);

/** All of them in a graph. */
export const findAdded = ({ nodes }: Graph, find: FindConstant, readers: FindReaders): Added[] => {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const namesIn = (values: readonly string[]): string[] =>
    values.flatMap((value) => {
      const constant = find(value);
      return constant?.isFloat === true ? [constant.name] : [];
    });
  /** Of the products that read a value. */
  const factorsOf = (value: string | undefined): string[] =>
    readers(value).flatMap((node: GraphNode) => {
      if (passing.has(node.type) || node.type === 'Transpose') return factorsOf(node.outputs[0]);
      if (!multiplying.has(node.type)) return [];
      const others = node.inputs.filter((input) => input !== value);
      return namesIn([...others, ...others.flatMap((other) => makers.get(other)?.inputs ?? [])]);
    });
  return nodes.flatMap(({ type, inputs, outputs }) => {
    if (type !== 'Add') return [];
    const at = inputs.findIndex((input) => find(input)?.shape.length === 2);
    const [values, to] = [find(inputs[at]), inputs[1 - at]];
    if (values?.isFloat !== true || to === undefined || find(to)) return [];
    return [{ values, to, meets: factorsOf(outputs[0]) }];
  });
};
