/** What an ONNX file says of its graph, as far as the weights in it are concerned. Field numbers are the format's. */
import { bytesOf, floatOf, floatsOf, integerOf, integersOf, textOf, wireFields } from './wire.js';

/** A constant as its file has it. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of its element type. */
  readonly type: number;
  /** Its numbers in a row, little endian; empty where they stand elsewhere. */
  readonly raw: Uint8Array;
  /** Its numbers one by one, where the file has them so. */
  readonly numbers: readonly number[];
  /** Where its numbers stand in a file beside the model. */
  readonly beside?: { readonly file: string; readonly offset: number; readonly length: number | undefined };
}

/** What an operator is set to. */
export type GraphAttribute = number | string | readonly number[] | GraphTensor;

/** An operator. */
export interface GraphNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, GraphAttribute>;
  /** The modules that it comes of, outermost first, where the exporter says so. */
  readonly scope: readonly string[];
}

/** A graph. */
export interface Graph {
  readonly producer: string;
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphTensor[];
}

/** Key and value of an entry. */
const entryOf = (bytes: Uint8Array): readonly [key: string, value: string] => {
  let [key, value] = ['', ''];
  for (const field of wireFields(bytes)) {
    if (field.field === 1) key = textOf(field);
    else if (field.field === 2) value = textOf(field);
  }
  return [key, value];
};

const tensorOf = (bytes: Uint8Array): GraphTensor => {
  const shape: number[] = [];
  const numbers: number[] = [];
  const external = new Map<string, string>();
  let [name, type, raw, isBeside] = ['', 0, new Uint8Array(0), false];
  for (const field of wireFields(bytes)) {
    switch (field.field) {
      case 1:
        shape.push(...integersOf(field));
        break;
      case 2:
        type = integerOf(field);
        break;
      case 4:
        for (const number of floatsOf(field, 4)) numbers.push(number);
        break;
      case 5:
      case 7:
        for (const number of integersOf(field)) numbers.push(number);
        break;
      case 8:
        name = textOf(field);
        break;
      case 9:
        raw = bytesOf(field) as Uint8Array<ArrayBuffer>;
        break;
      case 10:
        for (const number of floatsOf(field, 8)) numbers.push(number);
        break;
      case 13:
        external.set(...entryOf(bytesOf(field)));
        break;
      case 14:
        isBeside = integerOf(field) === 1;
    }
  }
  const length = external.get('length');
  const beside = {
    file: (external.get('location') ?? '').replace(/^(\.\/+)+/, ''), // from the folder of the model
    offset: Number(external.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
  return { name, shape, type, raw, numbers, ...(isBeside && { beside }) };
};

const attributeOf = (bytes: Uint8Array): readonly [name: string, value: GraphAttribute] => {
  const list: number[] = [];
  let name = '';
  let value: GraphAttribute | undefined;
  for (const field of wireFields(bytes)) {
    if (field.field === 1) name = textOf(field);
    else if (field.field === 2) value = floatOf(field);
    else if (field.field === 3) value = integerOf(field);
    else if (field.field === 4) value = textOf(field);
    else if (field.field === 5) value = tensorOf(bytesOf(field));
    else if (field.field === 7) list.push(...floatsOf(field, 4));
    else if (field.field === 8) list.push(...integersOf(field));
  }
  return [name, value ?? list];
};

/** Modules as the exporter of PyTorch lists them: `['', 'encoder', 'encoder.layer.0', ..., 'linear_3']`. */
const scopeOf = (list: string): string[] => [...list.matchAll(/'([^']*)'/g)].map(([, name = '']) => name);

/** The bodies of branches and loops among what an operator is set to. */
const bodiesOf = (bytes: Uint8Array): Uint8Array[] =>
  [...wireFields(bytes)].flatMap((field) =>
    field.field === 5
      ? [...wireFields(bytesOf(field))].filter((part) => part.field === 6 || part.field === 11).map(bytesOf)
      : [],
  );

const nodeOf = (bytes: Uint8Array): GraphNode => {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, GraphAttribute>();
  let [name, type, scope]: [string, string, string[]] = ['', '', []];
  for (const field of wireFields(bytes)) {
    if (field.field === 1) inputs.push(textOf(field));
    else if (field.field === 2) outputs.push(textOf(field));
    else if (field.field === 3) name = textOf(field);
    else if (field.field === 4) type = textOf(field);
    else if (field.field === 5) attributes.set(...attributeOf(bytesOf(field)));
    else if (field.field === 9) {
      const [key, value] = entryOf(bytesOf(field));
      if (key === 'pkg.torch.onnx.name_scopes') scope = scopeOf(value);
    }
  }
  return { type, name, inputs, outputs, attributes, scope };
};

/**
 * Reads the graph of an ONNX file, what its branches hold among the rest. The numbers of its constants are views of the bytes.
 *
 * @throws ModelError `FILE_INVALID` for bytes that are no ONNX file
 */
export const readGraph = (bytes: Uint8Array): Graph => {
  const nodes: GraphNode[] = [];
  const constants: GraphTensor[] = [];
  let producer = '';
  const read = (graph: Uint8Array): void => {
    for (const part of wireFields(graph)) {
      if (part.field === 5) constants.push(tensorOf(bytesOf(part)));
      if (part.field !== 1) continue;
      const node = bytesOf(part);
      nodes.push(nodeOf(node));
      bodiesOf(node).forEach(read);
    }
  };
  for (const field of wireFields(bytes)) {
    if (field.field === 2) producer = textOf(field);
    else if (field.field === 7) read(bytesOf(field));
  }
  return { producer, nodes, constants };
};
