/**
 * The bytes of a model, as protobuf writes them, put together in one array: a protobuf library copies the weights once for each message
 * that they stand in.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, isFieldSet, toBinary } from '@bufbuild/protobuf';
import { OnnxError } from '../errors.js';
import type { ModelProto, TensorProto } from '../proto/onnx_pb.js';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from '../proto/onnx_pb.js';
import type { Constant } from './protos.js';
import { dataBytes, tensorProto } from './protos.js';

type Graph = MessageInitShape<typeof GraphProtoSchema>;
type Model = MessageInitShape<typeof ModelProtoSchema>;

export interface NamedConstant {
  readonly name: string;
  readonly constant: Constant;
}

/** A model in the order of its fields. */
export interface ModelParts {
  /** Fields before the graph. */
  readonly header: Required<Pick<Model, 'irVersion' | 'producerName'>>;
  readonly graph: Required<Pick<Graph, 'name' | 'node' | 'input' | 'output'>>;
  readonly constants: readonly NamedConstant[];
  /** Fields after the graph. */
  readonly rest: Required<Pick<Model, 'opsetImport' | 'metadataProps'>>;
}

/** Bytes in a row: those that are there, and data that take so many. */
type Piece = Uint8Array | { readonly byteLength: number; readonly name: string; readonly data: Constant['data'] };

/** Fields whose content has a length before it, by number. */
const fields = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9 } as const;

/** The beginning of such a field: its number and the length of what follows. */
const fieldStart = (number: number, length: number): Uint8Array => {
  const bytes = [(number << 3) | 2];
  let left = length;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Uint8Array.from([...bytes, left]);
};

const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

const field = (number: number, pieces: readonly Piece[]): Piece[] => [fieldStart(number, lengthOf(pieces)), ...pieces];

const constantPieces = ({ name, constant }: NamedConstant): Piece[] => {
  const own = toBinary(TensorProtoSchema, tensorProto(name, constant));
  const data = { byteLength: dataBytes(constant), name, data: constant.data };
  return data.byteLength === 0 ? [own] : [own, ...field(fields.tensorRawData, [data])];
};

const partOfGraph = (part: Graph): Uint8Array => toBinary(GraphProtoSchema, create(GraphProtoSchema, part));
const partOfModel = (part: Model): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, part));

/** A model in pieces: fields of a message that are written one after another are that message. */
export const modelPieces = ({
  header,
  graph: { name, node, input, output },
  constants,
  rest,
}: ModelParts): readonly Piece[] => {
  const graph = [
    partOfGraph({ name, node }),
    ...constants.flatMap((constant) => field(fields.graphInitializer, constantPieces(constant))),
    partOfGraph({ input, output }),
  ];
  return [partOfModel(header), ...field(fields.modelGraph, graph), partOfModel(rest)];
};

const tensorPieces = (tensor: TensorProto): Piece[] => {
  const { rawData, ...others } = tensor;
  const own = toBinary(TensorProtoSchema, Object.assign(create(TensorProtoSchema), others));
  return isFieldSet(tensor, TensorProtoSchema.field.rawData) ? [own, ...field(fields.tensorRawData, [rawData])] : [own];
};

/** A model that was read from a file, as bytes again: in the order of `modelPieces`, whatever else its file said of it. */
export const modelBytes = (model: ModelProto): Uint8Array => {
  if (!model.graph) return toBinary(ModelProtoSchema, model);
  const { irVersion, producerName, graph, ...rest } = model;
  const { name, node, initializer, ...more } = graph;
  const pieces = [
    partOfGraph({ name, node }),
    ...initializer.flatMap((tensor) => field(fields.graphInitializer, tensorPieces(tensor))),
    toBinary(GraphProtoSchema, Object.assign(create(GraphProtoSchema), more)),
  ];
  return pieceBytes([
    partOfModel({ irVersion, producerName }),
    ...field(fields.modelGraph, pieces),
    toBinary(ModelProtoSchema, Object.assign(create(ModelProtoSchema), rest)),
  ]);
};

/** Bytes of numbers, as they are in memory. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** @throws OnnxError `OPTION_INVALID` when data are not there yet */
export const pieceBytes = (pieces: readonly Piece[]): Uint8Array => {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    const data = piece instanceof Uint8Array ? piece : piece.data;
    if ('readInto' in data)
      throw new OnnxError(
        'OPTION_INVALID',
        `The data of ${JSON.stringify(piece instanceof Uint8Array ? '' : piece.name)} are not there yet; expected arrays. Write the model with readModel.`,
      );
    bytes.set(bytesOf(data), at);
    at += piece.byteLength;
  }
  return bytes;
};

/** The same, of data that are not there yet too. */
export const readPieces = async (pieces: readonly Piece[]): Promise<Uint8Array> => {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    const data = piece instanceof Uint8Array ? piece : piece.data;
    if ('readInto' in data) await data.readInto(bytes.subarray(at, at + piece.byteLength));
    else bytes.set(bytesOf(data), at);
    at += piece.byteLength;
  }
  return bytes;
};
