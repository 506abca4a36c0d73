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

/** A constant: its data as they are stored. `Uint16Array` holds the bits of float16 numbers. */
export interface Constant {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | Float64Array;
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

export const tensorProto = (name: string, { type, shape, data }: Constant): TensorProto =>
  create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: dataTypes[type],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });

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
