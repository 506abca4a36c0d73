import type { SafetensorsDtype } from '../safetensors.js';
import { transpose } from '../transpose.js';
import { dequantize, scalesFit } from './dequantize.js';
import type { Graph, GraphAttribute, GraphNode, GraphTensor } from './graph.js';
import type { FilesBeside } from './numbers.js';
import { dtypeOf, holdsFloats, numbersOf } from './numbers.js';

/** A value of a graph that is the same at every run. Its numbers are read when they are asked for, and nobody keeps them. */
export interface Constant {
  /** Of the tensor in the file that it comes of, without what quantisers put behind it. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether its numbers are what they stand for. Integers wait for their scale. */
  readonly isFloat: boolean;
  /** Its element type in the file. */
  readonly dtype: SafetensorsDtype | undefined;
  read(): Float32Array | Int32Array;
}

/** The constant that a value of a graph is; undefined for one that depends on inputs, or that is not followed. */
export type FindConstant = (value: string | undefined) => Constant | undefined;

/** A name without what quantisers and optimisers put behind it. */
export const cleanName = (name: string): string => name.replace(/(_quantized|_transposed|\.int8)$/, '');

/** The scale of integers, by the names that quantisers give the two. */
export const scaleOf = (name: string, find: FindConstant): Constant | undefined =>
  find(`${cleanName(name)}_scale`) ?? find(`${cleanName(name)}.scale`);

const isTensor = (value: GraphAttribute | undefined): value is GraphTensor =>
  typeof value === 'object' && !Array.isArray(value);

const stored = (tensor: GraphTensor, files: FilesBeside, name = tensor.name): Constant => ({
  name: cleanName(name),
  shape: tensor.shape,
  isFloat: holdsFloats(tensor),
  dtype: dtypeOf(tensor),
  read: () => numbersOf(tensor, files),
});

/** Rows as columns. */
export const turned = (constant: Constant): Constant => {
  const [rows = 1, columns = 1] = constant.shape;
  return { ...constant, shape: [columns, rows], read: () => transpose(constant.read(), rows, columns) };
};

/** Integers as what they stand for. */
export const dequantized = (
  values: Constant | undefined,
  scale: Constant | undefined,
  zero: Constant | undefined,
  { axis, blockSize }: { readonly axis?: number | undefined; readonly blockSize?: number } = {},
): Constant | undefined => {
  if (!values || !scale || !scalesFit(values.shape, scale.shape, { axis, blockSize })) return undefined;
  const { shape } = values;
  return {
    ...values,
    isFloat: true,
    read: () =>
      dequantize({ shape, data: values.read() }, { shape: scale.shape, data: scale.read() }, zero?.read(), {
        axis,
        blockSize,
      }),
  };
};

const numberAt = (node: GraphNode, name: string): number | undefined => {
  const value = node.attributes.get(name);
  return typeof value === 'number' ? value : undefined;
};

/** What an operator makes of constants; undefined for operators that are not followed. */
const follow = (node: GraphNode, find: FindConstant): Constant | undefined => {
  const input = find(node.inputs[0]);
  if (!input) return undefined;
  switch (node.type) {
    case 'Identity':
    case 'Cast': // integers stay integers: what they are scaled by comes later
      return input;
    case 'Transpose': {
      const order = node.attributes.get('perm');
      return input.shape.length === 2 && (order === undefined || (Array.isArray(order) && order.join() === '1,0'))
        ? turned(input)
        : undefined;
    }
    case 'DequantizeLinear': {
      const axis = numberAt(node, 'axis') ?? 1;
      return dequantized(input, find(node.inputs[1]), find(node.inputs[2]), {
        axis: axis < 0 ? axis + input.shape.length : axis,
        blockSize: numberAt(node, 'block_size') ?? 0,
      });
    }
    default:
      return undefined;
  }
};

/** The constants of a graph: those of its file, and what operators make of them alone. */
export const createConstants = ({ nodes, constants }: Graph, files: FilesBeside): FindConstant => {
  const found = new Map<string, Constant | undefined>(constants.map((tensor) => [tensor.name, stored(tensor, files)]));
  const makers = new Map<string, GraphNode>();
  for (const node of nodes) {
    const [output = ''] = node.outputs;
    const value = node.attributes.get('value');
    if (node.type === 'Constant' && isTensor(value)) found.set(output, stored(value, files, output));
    else makers.set(output, node);
  }
  const find: FindConstant = (value) => {
    if (value === undefined || value === '') return undefined;
    if (!found.has(value)) {
      found.set(value, undefined); // a graph has no circles; a broken file may
      const maker = makers.get(value);
      found.set(value, maker && follow(maker, find));
    }
    return found.get(value);
  };
  return find;
};
