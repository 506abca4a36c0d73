/** What a graph is made of, as the messages of ONNX (https://onnx.ai), whose field numbers are the format's. */
import { bytesField, entryField, floatField, integerField, joined, textField } from './wire.js';

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

/** An attribute of an operator. A number is an integer unless it is wrapped; a graph, the body of a branch, is its message. */
export type Attribute =
  number | string | readonly number[] | { readonly float: number } | { readonly graph: Uint8Array };

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

const dataTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  float16: 10,
  int8: 3,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** The number that attributes such as `to` of Cast name an element type by. */
export const elementTypeNumber = (type: ElementType): number => dataTypes[type];

const attributeTypes = { float: 1, integer: 2, text: 3, graph: 5, integers: 7 } as const;

/** An `AttributeProto`. */
const attributeMessage = (name: string, value: Attribute): Uint8Array => {
  const typed = (type: keyof typeof attributeTypes, fields: readonly Uint8Array[]): Uint8Array =>
    joined([textField(1, name), ...fields, integerField(20, attributeTypes[type])]);
  if (typeof value === 'number') return typed('integer', [integerField(3, BigInt(value))]);
  if (typeof value === 'string') return typed('text', [textField(4, value)]);
  if ('float' in value) return typed('float', [floatField(2, value.float)]);
  if ('graph' in value) return typed('graph', [bytesField(6, value.graph)]);
  return typed(
    'integers',
    value.map((item) => integerField(8, BigInt(item))),
  );
};

/** A `NodeProto`. */
const nodeMessage = ({ type, name, inputs, outputs, attributes, domain }: GraphNode): Uint8Array =>
  joined([
    ...inputs.map((input) => textField(1, input)),
    ...outputs.map((output) => textField(2, output)),
    textField(3, name),
    textField(4, type),
    ...Object.entries(attributes).map(([key, value]) => bytesField(5, attributeMessage(key, value))),
    textField(7, domain),
  ]);

/** A `TensorProto` but for its data. */
export const tensorMessage = (name: string, { type, shape }: Pick<Constant, 'type' | 'shape'>): Uint8Array =>
  joined([...shape.map((size) => integerField(1, size)), integerField(2, dataTypes[type]), textField(8, name)]);

/** Fields of a `TensorProto` that say where its data stand beside the model. */
export const besideFields = (file: string, offset: number, length: number): Uint8Array =>
  joined([
    entryField(13, 'location', file),
    entryField(13, 'offset', String(offset)),
    entryField(13, 'length', String(length)),
    integerField(14, 1),
  ]);

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

/** A `ValueInfoProto`; of the results of a branch only the name is said. */
export const valueMessage = (
  name: string,
  of?: { readonly type: ElementType; readonly shape: readonly Dimension[] },
): Uint8Array => {
  if (!of) return textField(1, name);
  const dimensions = of.shape.map((size) =>
    bytesField(1, typeof size === 'number' ? integerField(1, size) : textField(2, size)),
  );
  const tensor = joined([integerField(1, dataTypes[of.type]), bytesField(2, joined(dimensions))]);
  return joined([textField(1, name), bytesField(2, bytesField(1, tensor))]);
};

/** Fields of a `GraphProto`: the operators and its name. */
export const nodeFields = (name: string, nodes: readonly GraphNode[]): Uint8Array =>
  joined([...nodes.map((node) => bytesField(1, nodeMessage(node))), textField(2, name)]);

/** Fields of a `GraphProto`: its inputs and outputs, `ValueInfoProto`s. */
export const valueFields = (inputs: readonly Uint8Array[], outputs: readonly Uint8Array[]): Uint8Array =>
  joined([...inputs.map((input) => bytesField(11, input)), ...outputs.map((output) => bytesField(12, output))]);

/** Fields of a `ModelProto` before its graph. */
export const headerFields = (producer: string): Uint8Array => joined([integerField(1, 8), textField(2, producer)]);

/** Fields of a `ModelProto` after its graph: versions of operators by their domain, and free text by key. */
export const restFields = (
  opsets: readonly (readonly [domain: string | undefined, version: number])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array =>
  joined([
    ...opsets.map(([domain, version]) =>
      bytesField(8, joined([...(domain === undefined ? [] : [textField(1, domain)]), integerField(2, version)])),
    ),
    ...Object.entries(metadata).map(([key, value]) => entryField(14, key, value)),
  ]);
