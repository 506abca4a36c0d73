import { ModelError } from '../../errors.js';
import type { TensorData } from '../safetensors.js';
import type { Constant, FindConstant } from './constants.js';
import { cleanName, createConstants, dequantized, scaleOf } from './constants.js';
import type { Graph, GraphNode } from './graph.js';
import { readGraph } from './graph.js';
import type { Added } from './added-vectors.js';
import { findAdded } from './added-vectors.js';
import type { Kernel } from './kernels.js';
import { findFused } from './fused-maps.js';
import { createReaders, findKernels, isMadeUp, moduleOf, nameKernels } from './kernels.js';
import type { FilesBeside } from './numbers.js';

/** The maps of queries, keys and values of a layer as one. */
export interface FusedMaps {
  /** The name of the matrix that reads what attention gives: it tells the layer. */
  readonly output: string;
  /** Queries, keys and values, [3 x out, in]. */
  readonly weight: TensorData;
  /** [3 x out] */
  readonly bias: TensorData | undefined;
}

/** What is added to values of several axes under no name that tells it. */
export interface AddedVectors extends Pick<Added, 'to' | 'meets'> {
  readonly tensor: TensorData;
}

/** What a graph holds. */
export interface GraphWeights {
  /** By name, in the layout of a checkpoint: matrices are [out, in]. */
  readonly tensors: Map<string, TensorData>;
  /** Maps of queries, keys and values that stand as one in an operator of attention. */
  readonly fused: readonly FusedMaps[];
  /** Constants of two axes that are added to values. */
  readonly added: readonly AddedVectors[];
  /** The tool that wrote the file, as the file names it. */
  readonly producer: string;
  /** How many operators of each type the graph has. */
  readonly operators: ReadonlyMap<string, number>;
  /** Matrices that it multiplies with and that nothing gives a name, [out, in], in its order. */
  readonly unnamed: readonly string[];
}

const tensorOf = (constant: Constant): TensorData => {
  const data = constant.read();
  const dtype = constant.dtype === 'F16' || constant.dtype === 'BF16' ? constant.dtype : 'F32';
  return { shape: constant.shape, data: data instanceof Float32Array ? data : Float32Array.from(data), dtype };
};

/** Which parameter of a norm an operator applies, where the file has lost its name. */
const normParameters = ({
  type,
  inputs,
}: GraphNode): readonly (readonly [name: string, input: string | undefined])[] => {
  if (type === 'LayerNormalization') return [['weight', inputs[1]] as const, ['bias', inputs[2]] as const];
  return type === 'Mul' || type === 'Add'
    ? inputs.map((input) => [type === 'Mul' ? 'weight' : 'bias', input] as const)
    : [];
};

/** Integers of a table with their scale and their zero beside them. */
const namedInteger = (name: string, find: FindConstant): Constant | undefined =>
  dequantized(find(name), scaleOf(name, find), find(`${cleanName(name)}_zero_point`));

const weightsOf = (graph: Graph, files: FilesBeside): GraphWeights => {
  const find = createConstants(graph, files);
  const readers = createReaders(graph);
  const tensors = new Map<string, TensorData>();
  const add = (name: string, constant: Constant | undefined): void => {
    if (constant?.isFloat === true && !tensors.has(name)) tensors.set(name, tensorOf(constant));
  };
  const kernels: readonly Kernel[] = findKernels(graph, find, readers);
  const names = nameKernels(kernels);
  const unnamed: string[] = [];
  kernels.forEach(({ weight, bias }, i) => {
    const name = names[i];
    if (name === undefined) unnamed.push(`[${weight.shape.join(', ')}]`);
    else {
      add(name, weight);
      add(name.replace(/\.weight$/, '.bias'), bias);
    }
  });
  for (const { name } of graph.constants) {
    if (isMadeUp(name)) continue;
    const constant = find(name);
    if (constant?.isFloat === true) {
      if (!/_scale$|\.scale$/.test(name)) add(name, constant);
    } else add(cleanName(name), namedInteger(name, find));
  }
  for (const node of graph.nodes) {
    const [output = ''] = node.outputs;
    if ((node.type === 'Identity' || node.type === 'DequantizeLinear') && find(output)) {
      add(node.type === 'Identity' && !isMadeUp(output) ? output : (find(output)?.name ?? output), find(output));
      continue;
    }
    const module = moduleOf(node);
    if (module === undefined || !/norm/i.test(module.slice(module.lastIndexOf('.') + 1))) continue;
    for (const [parameter, input] of normParameters(node)) {
      const constant = find(input);
      if (constant?.shape.length === 1) add(`${module}.${parameter}`, constant);
    }
  }
  const fused = findFused(graph, find, readers, kernels).flatMap(({ weight, bias, reader }) => {
    const output = reader === undefined ? undefined : names[reader];
    return output === undefined ? [] : [{ output, weight: tensorOf(weight), bias: bias && tensorOf(bias) }];
  });
  const added = findAdded(graph, find, readers).map(({ values, ...rest }) => ({ ...rest, tensor: tensorOf(values) }));
  const operators = new Map<string, number>();
  for (const { type } of graph.nodes) operators.set(type, (operators.get(type) ?? 0) + 1);
  return { tensors, fused, added, producer: graph.producer, operators, unnamed };
};

const filesOf = ({ constants }: Graph): Set<string> =>
  new Set(constants.flatMap(({ beside }) => (beside ? [beside.file] : [])));

/**
 * The weights inside an ONNX file that any exporter made, under the names and in the layout of a Hugging Face checkpoint, as far as the
 * graph tells them: single and half precision, and 8-bit and 4-bit integers as the numbers that they stand for.
 *
 * @throws ModelError `FILE_INVALID` when it is no ONNX file, or when its numbers are in files beside it
 * @example
 * const { tensors } = readGraphWeights(await readFile('onnx/model_quantized.onnx'));
 * tensors.get('encoder.layer.0.attention.self.query.weight')?.shape; // [384, 384]
 */
export const readGraphWeights = (bytes: Uint8Array): GraphWeights => weightsOf(readGraph(bytes), new Map());

/**
 * The same of a file whose numbers may stand in files beside it.
 *
 * @param readBeside gives the bytes of a file by its path from the folder of the ONNX file
 * @throws ModelError as `readGraphWeights` does, and what `readBeside` throws
 */
export const readGraphWeightsBeside = async (
  bytes: Uint8Array,
  readBeside: (file: string) => Promise<Uint8Array>,
): Promise<GraphWeights> => {
  const graph = readGraph(bytes);
  const files = new Map<string, Uint8Array>();
  for (const file of filesOf(graph)) files.set(file, await readBeside(file));
  const weights = weightsOf(graph, files);
  if (weights.tensors.size > 0) return weights;
  throw new ModelError('FILE_INVALID', 'The ONNX file holds no weights.');
};
