/**
 * The bytes of a model, as protobuf writes them, put together in one array: a protobuf library copies the weights once for each message
 * that they stand in.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { create, isFieldSet, toBinary } from '@bufbuild/protobuf';
import { OnnxError } from '../errors.js';
import type { ModelProto, TensorProto } from '../proto/onnx_pb.js';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
} from '../proto/onnx_pb.js';
import { releaseMemory } from './release-memory.js';
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

/** Data that take so many bytes. */
interface Data {
  readonly byteLength: number;
  readonly name: string;
  readonly data: Constant['data'];
}

/** Data that stand in a file beside the model, from a byte of it on: nothing of them is in the row. */
interface DataBeside {
  readonly byteLength: 0;
  readonly beside: Data;
  readonly offset: number;
}

/** Bytes in a row: those that are there, and data to be put among them or beside. */
export type Piece = Uint8Array | Data | DataBeside;

/** Which byte of which file data of a size begin at; undefined for data that stand in the model. */
export type Place = (byteLength: number) => { readonly file: string; readonly offset: number } | undefined;

/** A model that is still to be written: as one row, or with data in a file beside it. */
export type ModelContent = (place?: Place) => readonly Piece[];

/** All data in the model itself. */
export const inTheModel: Place = () => undefined;

/** Fields whose content has a length before it, by number. */
const fields = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9 } as const;

/** The beginning of such a field: its number and the length of what follows. */
const fieldStart = (number: number, length: number): Uint8Array => {
  const bytes = [(number << 3) | 2];
  let left = length;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Uint8Array.from([...bytes, left]);
};

/** Bytes of all pieces in a row. */
export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

const field = (number: number, pieces: readonly Piece[]): Piece[] => [fieldStart(number, lengthOf(pieces)), ...pieces];

/** A tensor with its data: behind it, or beside the model, and then it says where. */
const withData = (tensor: TensorProto, data: Data, place: Place): Piece[] => {
  const { byteLength } = data;
  const there = place(byteLength);
  if (!there) return [toBinary(TensorProtoSchema, tensor), ...field(fields.tensorRawData, [data])];
  const { file, offset } = there;
  const externalData = Object.entries({ location: file, offset, length: byteLength }).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value: String(value) }),
  );
  const placed = Object.assign(create(TensorProtoSchema), tensor, {
    externalData,
    dataLocation: DataLocation.EXTERNAL,
  });
  return [toBinary(TensorProtoSchema, placed), { byteLength: 0, beside: data, offset }];
};

const constantPieces = ({ name, constant }: NamedConstant, place: Place): Piece[] => {
  const own = tensorProto(name, constant);
  const data = { byteLength: dataBytes(constant), name, data: constant.data };
  return data.byteLength === 0 ? [toBinary(TensorProtoSchema, own)] : withData(own, data, place);
};

const partOfGraph = (part: Graph): Uint8Array => toBinary(GraphProtoSchema, create(GraphProtoSchema, part));
const partOfModel = (part: Model): Uint8Array => toBinary(ModelProtoSchema, create(ModelProtoSchema, part));

/** A model in pieces: fields of a message that are written one after another are that message. */
export const modelPieces = (
  { header, graph: { name, node, input, output }, constants, rest }: ModelParts,
  place: Place = inTheModel,
): readonly Piece[] => {
  const graph = [
    partOfGraph({ name, node }),
    ...constants.flatMap((constant) => field(fields.graphInitializer, constantPieces(constant, place))),
    partOfGraph({ input, output }),
  ];
  return [partOfModel(header), ...field(fields.modelGraph, graph), partOfModel(rest)];
};

const tensorPieces = (tensor: TensorProto, place: Place): Piece[] => {
  if (!isFieldSet(tensor, TensorProtoSchema.field.rawData)) return [toBinary(TensorProtoSchema, tensor)];
  const { rawData, ...others } = tensor;
  const data = { byteLength: rawData.byteLength, name: tensor.name, data: rawData };
  return withData(Object.assign(create(TensorProtoSchema), others), data, place);
};

/** A model that was read from a file, in pieces again: in the order of `modelPieces`, whatever else its file said of it. */
export const protoPieces = (model: ModelProto, place: Place = inTheModel): readonly Piece[] => {
  if (!model.graph) return [toBinary(ModelProtoSchema, model)];
  const { irVersion, producerName, graph, ...rest } = model;
  const { name, node, initializer, ...more } = graph;
  const pieces = [
    partOfGraph({ name, node }),
    ...initializer.flatMap((tensor) => field(fields.graphInitializer, tensorPieces(tensor, place))),
    toBinary(GraphProtoSchema, Object.assign(create(GraphProtoSchema), more)),
  ];
  return [
    partOfModel({ irVersion, producerName }),
    ...field(fields.modelGraph, pieces),
    toBinary(ModelProtoSchema, Object.assign(create(ModelProtoSchema), rest)),
  ];
};

/** The same as bytes. */
export const modelBytes = (model: ModelProto): Uint8Array => pieceBytes(protoPieces(model));

/** Bytes that are a whole model already. */
export const wholeBytes = ([first, ...more]: readonly Piece[]): Uint8Array | undefined =>
  first instanceof Uint8Array && more.length === 0 ? first : undefined;

/** Bytes of numbers, as they are in memory. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** @throws OnnxError `OPTION_INVALID` when data are not there yet */
export const pieceBytes = (pieces: readonly Piece[]): Uint8Array => {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    if ('beside' in piece) continue;
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

/** Puts bytes into the file beside a model, from one of its bytes on. */
export type WriteBeside = (bytes: Uint8Array, offset: number) => Promise<void>;

const nowhere: WriteBeside = () => Promise.resolve();

const besideBytes = (piece: Piece): number =>
  'beside' in piece && 'readInto' in piece.beside.data ? piece.beside.byteLength : 0;

/**
 * The same, of data that are not there yet too; they are read one after another, in their order. Those beside pass through one array, which is
 * given back at the end.
 */
export const readPieces = async (pieces: readonly Piece[], writeBeside: WriteBeside = nowhere): Promise<Uint8Array> => {
  const bytes = new Uint8Array(lengthOf(pieces));
  const passing = new Uint8Array(pieces.reduce((most, piece) => Math.max(most, besideBytes(piece)), 0));
  const dataOf = async (data: Constant['data'], size: number): Promise<Uint8Array> => {
    if (!('readInto' in data)) return bytesOf(data);
    const read = passing.subarray(0, size);
    await data.readInto(read);
    return read;
  };
  let at = 0;
  try {
    for (const piece of pieces) {
      if ('beside' in piece) {
        await writeBeside(await dataOf(piece.beside.data, piece.beside.byteLength), piece.offset);
        continue;
      }
      const data = piece instanceof Uint8Array ? piece : piece.data;
      if ('readInto' in data) await data.readInto(bytes.subarray(at, at + piece.byteLength));
      else bytes.set(bytesOf(data), at);
      at += piece.byteLength;
    }
  } finally {
    releaseMemory(passing);
  }
  return bytes;
};

/** Bytes of the data of a model, wherever they stand. */
export const dataBytesOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => {
    if (piece instanceof Uint8Array) return sum;
    return sum + ('beside' in piece ? piece.beside.byteLength : piece.byteLength);
  }, 0);
