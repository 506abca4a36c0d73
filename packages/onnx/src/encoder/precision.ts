import type { AffineWeights, WeightTree } from '@length-adaptive/core/encoder';
import type { Bits } from '@length-adaptive/core/lengths';
import { readWeight } from '@length-adaptive/models/engine';
import { float32ToFloat16 } from '@length-adaptive/models/files';
import type { GraphBuilder, Value } from '../graph/graph-builder.js';
import { absent } from '../graph/graph-builder.js';
import { bytesOf } from '../graph/model-bytes.js';
import { releaseMemory } from '../graph/release-memory.js';
import type { Constant, StoredNumbers } from '../graph/protos.js';
import { elementTypeNumber } from '../graph/protos.js';
import type { QuantizeOptions } from './quantize.js';
import { quantize } from './quantize.js';
import type { WeightSource } from './weight-tree.js';

/** An affine map: a kernel [in, out], or factors [in, rank] and [rank, out], and a bias [out]. */
export type AffineLeaf<Leaf> = WeightTree<AffineWeights, Leaf>;

/** How weights become operators. */
export interface WeightEmitter<Leaf = WeightSource> {
  /** A small weight in full precision. */
  whole(g: GraphBuilder, weight: Leaf): Value;
  /** Rows of a table: ids [..] -> [.., width]. */
  rows(g: GraphBuilder, table: Leaf, ids: Value): Value;
  /** `scale (x W + b)`, or `scale (x D U + b)` in factors: [.., in] -> [.., out]. */
  dense(g: GraphBuilder, x: Value, weights: AffineLeaf<Leaf>, scale?: number): Value;
}

/** What the weights of a file are stored in. */
export type Precision = 'fp32' | 'fp16' | 'int8';

/** The precision that the bits of a point come to. */
export const precisionOf = (bits: Bits): Precision => (bits === 8 ? 'int8' : 'fp32');

const float = elementTypeNumber('float32');

const scaled = (data: Float32Array, scale: number): Float32Array =>
  scale === 1 ? data : data.map((value) => value * scale);

/** The numbers of a weight as a file stores them: now, or when the file is written. */
const storedAs = (weight: WeightSource, convert: (data: Float32Array) => StoredNumbers): Constant['data'] =>
  'data' in weight
    ? convert(weight.data)
    : {
        readInto: async (bytes) => {
          const data = await readWeight(weight);
          const stored = convert(data);
          bytes.set(bytesOf(stored));
          releaseMemory(data);
        },
      };

/** Multiplies float32 numbers where they lie. */
const scaleBytes = ({ buffer, byteOffset, byteLength }: Uint8Array, scale: number): void => {
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength; at += 4) view.setFloat32(at, view.getFloat32(at, true) * scale, true);
};

const scaledConstant = (weight: WeightSource, scale: number): Constant['data'] => {
  if ('data' in weight) return scaled(weight.data, scale);
  if (scale === 1) return weight;
  return {
    readInto: async (bytes) => {
      await weight.readInto(bytes);
      scaleBytes(bytes, scale);
    },
  };
};

const constant = (g: GraphBuilder, weight: WeightSource, scale = 1): Value =>
  g.constant(weight.name, { type: 'float32', shape: weight.shape, data: scaledConstant(weight, scale) });

/** `scale x W`: [.., in] -> [.., out]. */
type Product = (g: GraphBuilder, x: Value, kernel: WeightSource, scale?: number) => Value;

/** An affine map by how a precision multiplies; biases stay in single precision, and factors take the scale in the second. */
const affine =
  (product: Product): WeightEmitter['dense'] =>
  (g, x, weights, scale = 1) => {
    const y =
      'kernel' in weights
        ? product(g, x, weights.kernel, scale)
        : product(g, product(g, x, weights.down), weights.up, scale);
    return weights.bias ? g.op('Add', [y, constant(g, weights.bias, scale)]) : y;
  };

/** Single precision: what the checkpoint says. */
const fp32: WeightEmitter = {
  whole: constant,
  rows: (g, table, ids) => g.op('Gather', [constant(g, table), ids]),
  dense: affine((g, x, kernel, scale) => g.op('MatMul', [x, constant(g, kernel, scale)])),
};

const half = (g: GraphBuilder, weight: WeightSource, scale = 1): Value =>
  g.constant(weight.name, {
    type: 'float16',
    shape: weight.shape,
    data: storedAs(weight, (data) => float32ToFloat16(scaled(data, scale))),
  });

const widen = (g: GraphBuilder, value: Value): Value => g.op('Cast', [value], { to: float });

/** Half the file: weights are stored in half precision and computed with in single. */
const fp16: WeightEmitter = {
  whole: constant,
  rows: (g, table, ids) => widen(g, g.op('Gather', [half(g, table), ids])),
  dense: affine((g, x, kernel, scale) => g.op('MatMul', [x, widen(g, half(g, kernel, scale))])),
};

/**
 * Largest weight in an integer product. x86 processors without VNNI add pairs of products in 16 bits, saturating:
 * 2 x 255 x 64 is the most that fits, so that every processor gives the same sum.
 */
const largestFactor = 64;

/** The integers of a weight and their steps, to be stored in this order. */
const quantizedAs = (
  weight: WeightSource,
  { scale = 1, ...options }: QuantizeOptions & { readonly scale?: number },
): Readonly<Record<'values' | 'scales', Constant['data']>> => {
  if ('data' in weight) return quantize(scaled(weight.data, scale), options);
  let steps: Float32Array = new Float32Array(0);
  return {
    values: storedAs(weight, (data) => {
      const { values, scales } = quantize(scaled(data, scale), options);
      steps = scales;
      return values;
    }),
    scales: { readInto: async (bytes) => bytes.set(bytesOf(steps)) },
  };
};

/**
 * A quarter of the file, and integer products: kernels are quantised symmetrically by column, tables by row, and
 * activations at run time (DynamicQuantizeLinear). Runtimes fuse the five operators of an affine map into one.
 */
const int8 = (): WeightEmitter => {
  const quantized = new Map<Value, readonly [values: Value, scale: Value, zero: Value]>();
  const activations = (g: GraphBuilder, x: Value): readonly [Value, Value, Value] => {
    const known = quantized.get(x);
    if (known) return known;
    const [values = absent, scale = absent, zero = absent] = g.ops('DynamicQuantizeLinear', [x], 3);
    quantized.set(x, [values, scale, zero]);
    return [values, scale, zero];
  };
  return {
    whole: constant,
    rows: (g, table, ids) => {
      const { values, scales } = quantizedAs(table, { columns: table.shape[1] ?? 1, groups: 'rows' });
      const [rows = 0] = table.shape;
      const stored = g.constant(`${table.name}.int8`, { type: 'int8', shape: table.shape, data: values });
      const steps = g.constant(`${table.name}.scale`, { type: 'float32', shape: [rows, 1], data: scales });
      return g.op('Mul', [widen(g, g.op('Gather', [stored, ids])), g.op('Gather', [steps, ids])]);
    },
    dense: affine((g, x, kernel, scale = 1) => {
      const [, outputs = 1] = kernel.shape;
      const { values, scales } = quantizedAs(kernel, {
        scale,
        columns: outputs,
        groups: 'columns',
        largest: largestFactor,
      });
      const stored = g.constant(`${kernel.name}.int8`, { type: 'int8', shape: kernel.shape, data: values });
      const steps = g.constant(`${kernel.name}.scale`, { type: 'float32', shape: [outputs], data: scales });
      const [inputs, step, zero] = activations(g, x);
      const product = widen(g, g.op('MatMulInteger', [inputs, stored, zero]));
      return g.op('Mul', [product, g.op('Mul', [step, steps])]);
    }),
  };
};

/** The emitter of a precision, for one graph. */
export const emitterOf = (precision: Precision): WeightEmitter =>
  ({ fp32: () => fp32, fp16: () => fp16, int8 })[precision]();
