/**
 * The bytes of a model, as protobuf writes them, put together in one array: a protobuf library copies the weights once for each message
 * that they stand in.
 */
import { OnnxError } from '../errors.js';
import { releaseMemory } from './release-memory.js';
import type { Constant } from './protos.js';
import { besideFields, dataBytes, tensorMessage } from './protos.js';
import { fieldStart, textField } from './wire.js';

export interface NamedConstant {
  readonly name: string;
  readonly constant: Constant;
}

/** A model in the order of its fields, those of its graph among them. */
export interface ModelParts {
  readonly header: Uint8Array;
  readonly nodes: Uint8Array;
  readonly constants: readonly NamedConstant[];
  readonly values: Uint8Array;
  readonly rest: Uint8Array;
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

/** Fields by number. */
const fields = { modelGraph: 7, graphInitializer: 5, tensorRawData: 9, tensorText: 12 } as const;

/** Data of fewer bytes stand in the model, and anywhere in it. */
export const largeBytes = 65_536;

/** In a file, large data begin at a multiple of this: a runtime maps them where they stand, and reads them a line of the cache at a time. */
export const alignment = 64;

/** Bytes of all pieces in a row. */
export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

const field = (number: number, pieces: readonly Piece[]): Piece[] => [fieldStart(number, lengthOf(pieces)), ...pieces];

/**
 * A text in a tensor that makes its data begin at a multiple of `alignment`; nothing where they do so without.
 *
 * @param at where the field of the tensor begins in the file
 * @param tensor bytes of the tensor but for its data
 */
const alignmentText = (at: number, tensor: number, data: number): Uint8Array => {
  const own = fieldStart(fields.tensorRawData, data).length;
  const isAligned = (text: number): boolean => {
    const begin = fieldStart(fields.graphInitializer, tensor + text + own + data).length;
    return (at + begin + tensor + text + own) % alignment === 0;
  };
  const texts = [new Uint8Array(0), ...Array.from({ length: alignment }, (_, i) => textField(fields.tensorText, ' '.repeat(i)))]; // prettier-ignore
  return texts.find(({ length }) => isAligned(length)) ?? new Uint8Array(0);
};

/**
 * A tensor with its data: behind it, or beside the model, and then it says where.
 *
 * @param tensor its fields but for those
 * @param at where its own field begins in the file; undefined where data need no place of their own
 */
export const tensorPieces = (tensor: Uint8Array, data: Data, place: Place, at?: number): Piece[] => {
  const there = place(data.byteLength);
  if (there) {
    const { file, offset } = there;
    return [tensor, besideFields(file, offset, data.byteLength), { byteLength: 0, beside: data, offset }];
  }
  const isPlaced = at !== undefined && data.byteLength >= largeBytes;
  const text = isPlaced ? [alignmentText(at, tensor.length, data.byteLength)] : [];
  return [tensor, ...text, ...field(fields.tensorRawData, [data])];
};

/** A tensor as a field of a graph. */
export const initializerPieces = (tensor: readonly Piece[]): Piece[] => field(fields.graphInitializer, tensor);

/** A graph as a field of a model. */
export const graphPieces = (graph: readonly Piece[]): Piece[] => field(fields.modelGraph, graph);

const constantPieces = ({ name, constant }: NamedConstant, place: Place, at: number): Piece[] => {
  const own = tensorMessage(name, constant);
  const data = { byteLength: dataBytes(constant), name, data: constant.data };
  return initializerPieces(data.byteLength === 0 ? [own] : tensorPieces(own, data, place, at));
};

/** A model in pieces: fields of a message that are written one after another are that message. */
export const modelPieces = (
  { header, nodes, constants, values, rest }: ModelParts,
  place: Place = inTheModel,
): readonly Piece[] => {
  /** @param begin bytes of the number and the length that the field of the graph begins with, which depend on what follows */
  const made = (begin: number): Piece[] => {
    let at = header.length + begin + nodes.length;
    const initializers = constants.flatMap((constant) => {
      const pieces = constantPieces(constant, place, at);
      at += lengthOf(pieces);
      return pieces;
    });
    return graphPieces([nodes, ...initializers, values]);
  };
  const beginOf = ([first]: readonly Piece[]): number => first?.byteLength ?? 0;
  let graph = made(0);
  for (let tries = 0, begin = 0; begin !== beginOf(graph) && tries < 4; tries++) {
    begin = beginOf(graph);
    graph = made(begin);
  }
  return [header, ...graph, rest];
};

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
