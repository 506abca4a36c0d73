import type { Constant, FindConstant } from './constants.js';
import { cleanName, dequantized, scaleOf, turned } from './constants.js';
import type { Graph, GraphNode } from './graph.js';
import { unpackBlocks } from './unpack-blocks.js';

/** A matrix that a graph multiplies with. */
export interface Kernel {
  readonly node: GraphNode;
  /** As a checkpoint stores it: [out, in]. */
  readonly weight: Constant;
  /** What is added to the product. */
  readonly bias: Constant | undefined;
}

/** Who reads a value. */
export type FindReaders = (value: string | undefined) => readonly GraphNode[];

export const createReaders = ({ nodes }: Graph): FindReaders => {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
    }
  return (value) => readers.get(value ?? '') ?? [];
};

/** How an operator multiplies: which of its inputs is what. */
interface Inputs {
  readonly weight: number;
  /** Of integers. */
  readonly scale?: number;
  readonly zero?: number;
  readonly bias?: number;
}

/** Operators that multiply with a matrix. */
const multiplying: Readonly<Record<string, Inputs>> = {
  MatMul: { weight: 1 },
  FusedMatMul: { weight: 1 },
  Gemm: { weight: 1, bias: 2 },
  MatMulInteger: { weight: 1, zero: 3 },
  DynamicQuantizeMatMul: { weight: 1, scale: 2, zero: 3, bias: 4 },
  MatMulIntegerToFloat: { weight: 1, scale: 3, zero: 5, bias: 6 },
  QLinearMatMul: { weight: 3, scale: 4, zero: 5 },
  QGemm: { weight: 3, scale: 4, zero: 5 },
};

/** The scale that the product of integers is multiplied with: a constant, or the product of the scales of both factors. */
const followedScale = (
  output: string | undefined,
  find: FindConstant,
  readers: FindReaders,
  makers: ReadonlyMap<string, GraphNode>,
): Constant | undefined => {
  for (const reader of readers(output)) {
    if (reader.type === 'Cast') return followedScale(reader.outputs[0], find, readers, makers);
    if (reader.type !== 'Mul') continue;
    const other = reader.inputs.find((input) => input !== output) ?? '';
    const maker = makers.get(other);
    const scale = [other, ...(maker?.type === 'Mul' ? maker.inputs : [])].map(find).find((constant) => constant);
    if (scale) return scale;
    return followedScale(reader.outputs[0], find, readers, makers);
  }
  return undefined;
};

/** Operators that change nothing of which map a value comes of. */
export const passing = new Set([
  'Cast',
  'Identity',
  'DequantizeLinear',
  'QuantizeLinear',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);

/** Which input of an operator is a bias of what it reads first. */
const biasInputs: Readonly<Record<string, number>> = {
  BiasGelu: 1,
  FastGelu: 1,
  QuickGelu: 1,
  SkipLayerNormalization: 4,
};

/** The bias that is added to a value. */
const biasAfter = (
  value: string | undefined,
  size: number,
  find: FindConstant,
  readers: FindReaders,
  isInteger: boolean,
): Constant | undefined => {
  for (const node of readers(value)) {
    const at = biasInputs[node.type];
    const others =
      at !== undefined
        ? [find(node.inputs[at])]
        : node.type === 'Add'
          ? node.inputs.filter((input) => input !== value).map(find)
          : node.type === 'QLinearAdd'
            ? [0, 3].map((i) => dequantized(find(node.inputs[i]), find(node.inputs[i + 1]), find(node.inputs[i + 2])))
            : [];
    const bias = others.find((constant) => constant?.isFloat === true && constant.shape.join() === String(size));
    if (bias) return bias;
    if (passing.has(node.type) || (isInteger && node.type === 'Mul')) {
      const found = biasAfter(node.outputs[0], size, find, readers, isInteger);
      if (found) return found;
    }
  }
  return undefined;
};

/** All matrices that a graph multiplies with, in its order. */
export const findKernels = (graph: Graph, find: FindConstant, readers: FindReaders): Kernel[] => {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const weightOf = (node: GraphNode): Constant | undefined => {
    if (node.type === 'MatMulNBits') return unpackBlocks(node, find);
    const inputs = multiplying[node.type];
    const stored = inputs && find(node.inputs[inputs.weight]);
    if (!stored || stored.shape.length !== 2) return undefined;
    const isOutIn = node.attributes.get('transB') === 1;
    const name = node.inputs[inputs.weight] ?? '';
    const scale =
      find(node.inputs[inputs.scale ?? -1]) ??
      scaleOf(name, find) ??
      followedScale(node.outputs[0], find, readers, makers);
    const weight = stored.isFloat
      ? stored
      : dequantized(stored, scale, find(node.inputs[inputs.zero ?? -1]), { axis: isOutIn ? 0 : 1 });
    return weight && (isOutIn ? weight : turned(weight));
  };
  return graph.nodes.flatMap((node) => {
    const weight = weightOf(node);
    if (!weight) return [];
    const isInteger = node.type === 'MatMulInteger' || node.type === 'QLinearMatMul';
    const own = find(node.inputs[multiplying[node.type]?.bias ?? (node.type === 'MatMulNBits' ? 5 : -1)]);
    const bias = own ?? biasAfter(node.outputs[0], weight.shape[0] ?? 0, find, readers, isInteger);
    return [{ node, weight, bias }];
  });
};

/** Whether an exporter made a name up: `onnx::MatMul_797`, `val_12`, `/encoder/Constant_3`, `1234`. */
export const isMadeUp = (name: string): boolean => /^(onnx::|val_|_?\d+$|\/|constant_\d|.*_initializer)/.test(name);

/** The module that an operator comes of, by its name (`/encoder/layer.0/output/dense/MatMul`) or by what the exporter noted. */
export const moduleOf = ({ name, scope }: GraphNode): string | undefined => {
  const noted = scope.at(-2);
  if (noted !== undefined && noted !== '') return noted;
  const path = /^\/(.+)\/[^/]+$/.exec(name)?.[1];
  return path?.replaceAll('/', '.');
};

/** The names of kernels in a checkpoint, undefined for those that nothing tells of. */
export const nameKernels = (kernels: readonly Kernel[]): readonly (string | undefined)[] => {
  const byBias = kernels.map(({ bias }) =>
    bias?.name.endsWith('.bias') ? bias.name.replace(/\.bias$/, '.weight') : undefined,
  );
  // An optimiser keeps one of several equal vectors: the name of it is then that of one of several maps.
  const claims = new Map<string, Set<string>>();
  kernels.forEach(({ weight, node }, i) => {
    const name = byBias[i];
    if (name !== undefined) claims.set(name, (claims.get(name) ?? new Set()).add(moduleOf(node) ?? weight.name));
  });
  return kernels.map(({ weight, node }, i) => {
    const name = byBias[i];
    const module = moduleOf(node);
    if (name !== undefined && claims.get(name)?.size === 1) return name;
    if (!isMadeUp(weight.name) && cleanName(weight.name).endsWith('.weight')) return weight.name;
    return module === undefined ? name : `${module}.weight`;
  });
};
