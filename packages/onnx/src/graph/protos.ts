import { create } from '@bufbuild/protobuf';
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from '../proto/onnx_pb.js';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.js';

/** Element types of the tensors in a graph. */
export type ElementType = 'float32' | 'float16' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool' | 'float64';

/** Numbers as they are stored. `Uint16Array` holds the bits of float16 numbers. */
export type StoredNumbers =
  Float32Array | Uint16Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | Float64Array;

/** Numbers that are not there before the file is written. */
export interface DeferredNumbers {
  /** Puts them where they are stored. Constants are asked in the order in which they were added. */
  readInto(bytes: Uint8Array): Promise<void>;
}

/** A constant with its data, or with how to get them. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: StoredNumbers | DeferredNumbers;
}

/** An attribute of an operator. A number is an integer unless it is wrapped. */
export type Attribute =
  number | string | readonly number[] | { readonly float: number } | { readonly graph: GraphProto };

/** Size of a dimension, or the name of one that is known only at run time. */
export type Dimension = number | string;

/** One operator with its inputs and results, by name. */
export interface GraphNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** '' for the standard operators. */
  readonly domain: string;
}

const dataTypes: Readonly<Record<ElementType, DataType>> = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  int32: DataType.INT32,
  int64: DataType.INT64,
  bool: DataType.BOOL,
  float64: DataType.DOUBLE,
};

/** The number that attributes such as `to` of Cast name an element type by. */
export const elementTypeNumber = (type: ElementType): number => dataTypes[type];

const attributeProto = (name: string, value: Attribute): AttributeProto => {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('graph' in value) return create(AttributeProtoSchema, { name, type: AttributeType.GRAPH, g: value.graph });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
};

export const nodeProto = ({ type, name, inputs, outputs, attributes, domain }: GraphNode): NodeProto =>
  create(NodeProtoSchema, {
    input: [...inputs],
    output: [...outputs],
    name,
    opType: type,
    domain,
    attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
  });

/** All of a constant but its data. */
export const tensorProto = (name: string, { type, shape }: Constant): TensorProto =>
  create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: dataTypes[type] });

const elementBytes: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float64: 8,
};

/** Bytes that the data of a constant take. */
export const dataBytes = ({ type, shape }: Constant): number =>
  shape.reduce((product, dimension) => product * dimension, elementBytes[type]);

export const valueInfoProto = (name: string, type: ElementType, shape: readonly Dimension[]): ValueInfoProto => {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[type], shape: { dim } } } },
  });
};
