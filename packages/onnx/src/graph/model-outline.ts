/** What stands where in the bytes of a model: large data are passed over, so that little of a large file is read. */
import { OnnxError } from '../errors.js';
import type { Piece, Place } from './model-bytes.js';
import { graphPieces, inTheModel, initializerPieces, largeBytes, tensorPieces } from './model-bytes.js';
import type { Constant } from './protos.js';
import { joined } from './wire.js';

/** A tensor of the graph. */
export interface OutlinedTensor {
  readonly name: string;
  /** Its fields but for the data. */
  readonly fields: Uint8Array;
  /** Where its data stand, and small ones; undefined for a tensor without, or with numbers among its fields. */
  readonly data:
    { readonly offset: number; readonly byteLength: number; readonly bytes: Uint8Array | undefined } | undefined;
}

/** A model, field by field. */
export interface ModelOutline {
  readonly before: Uint8Array;
  /** Fields of the graph as they are, and its tensors; undefined for a model without a graph. */
  readonly graph: readonly (Uint8Array | OutlinedTensor)[] | undefined;
  readonly after: Uint8Array;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes that are asked for. */
interface Range {
  readonly from: number;
  readonly length: number;
}

/** Something that is read in steps, each of which asks for some bytes. */
type Reading<Result> = Generator<Range, Result, Uint8Array>;

const invalid = (problem: string): OnnxError =>
  new OnnxError('FILE_INVALID', `The model is not an ONNX file: ${problem}.`);

/** A number of base 128 and where it ends. */
const varint = (bytes: Uint8Array, at: number): readonly [value: number, next: number] => {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw invalid('it ends within a number');
};

/** A field of a message: where it begins, where its content does, and where it ends. */
interface FieldPlace {
  readonly field: number;
  readonly from: number;
  readonly begin: number;
  readonly end: number;
}

/** The longest beginning of a field: its number, and a number or a length. */
const longestStart = 20;

function* fieldAt(from: number, limit: number): Reading<FieldPlace> {
  const head = yield { from, length: Math.min(longestStart, limit - from) };
  const [tag, start] = varint(head, 0);
  const [field, kind] = [Math.floor(tag / 8), tag % 8];
  const [number, begin] = kind === 0 || kind === 2 ? varint(head, start) : [0, start];
  const size = [0, 8, number, undefined, undefined, 4][kind];
  if (field === 0 || size === undefined) throw invalid('its fields have no form that is known');
  const end = from + begin + size;
  if (end > limit) throw invalid('it is cut off; fetch it again');
  return { field, from, begin: from + begin, end };
}

const whole = ({ from, end }: FieldPlace): Range => ({ from, length: end - from });
const content = ({ begin, end }: FieldPlace): Range => ({ from: begin, length: end - begin });

const decoder = /* @__PURE__ */ new TextDecoder();

function* readTensor(from: number, limit: number): Reading<OutlinedTensor> {
  const fields: Uint8Array[] = [];
  let name = '';
  let data: OutlinedTensor['data'];
  for (let at = from; at < limit;) {
    const place = yield* fieldAt(at, limit);
    const byteLength = place.end - place.begin;
    if (place.field === 9) {
      const bytes = byteLength < largeBytes ? yield content(place) : undefined;
      data = { offset: place.begin, byteLength, bytes };
    } else {
      fields.push(yield whole(place));
      if (place.field === 8) name = decoder.decode(yield content(place));
    }
    at = place.end;
  }
  return { name, fields: joined(fields), data };
}

function* readEntry(from: number, limit: number): Reading<readonly [key: string, value: string]> {
  const texts = ['', ''];
  for (let at = from; at < limit;) {
    const place = yield* fieldAt(at, limit);
    texts[place.field - 1] = decoder.decode(yield content(place));
    at = place.end;
  }
  return [texts[0] ?? '', texts[1] ?? ''];
}

function* readModel(size: number): Reading<ModelOutline> {
  const [before, after]: [Uint8Array[], Uint8Array[]] = [[], []];
  const metadata = new Map<string, string>();
  let graph: (Uint8Array | OutlinedTensor)[] | undefined;
  for (let at = 0; at < size;) {
    const place = yield* fieldAt(at, size);
    if (place.field === 7) {
      graph ??= [];
      for (let inner = place.begin; inner < place.end;) {
        const part = yield* fieldAt(inner, place.end);
        graph.push(part.field === 5 ? yield* readTensor(part.begin, part.end) : yield whole(part));
        inner = part.end;
      }
    } else {
      (graph ? after : before).push(yield whole(place));
      if (place.field === 14) metadata.set(...(yield* readEntry(place.begin, place.end)));
    }
    at = place.end;
  }
  return { before: joined(before), graph, after: joined(after), metadata };
}

/**
 * The outline of a model that is in memory.
 *
 * @throws OnnxError `FILE_INVALID` for bytes that are no ONNX file
 */
export const outlineOf = (bytes: Uint8Array): ModelOutline => {
  const reading = readModel(bytes.length);
  let step = reading.next();
  while (step.done !== true) {
    const { from, length } = step.value;
    step = reading.next(bytes.subarray(from, from + length));
  }
  return step.value;
};

/** Bytes that are read of a file at once: more than most fields of a graph have. */
const windowBytes = 16_384;

/**
 * The outline of a model in a file.
 *
 * @throws OnnxError `FILE_INVALID` for a file that is no ONNX file; what reading it throws
 */
export const readOutline = async (file: {
  readonly size: number;
  readInto(bytes: Uint8Array, from: number): Promise<void>;
}): Promise<ModelOutline> => {
  const reading = readModel(file.size);
  let [start, window] = [0, new Uint8Array(0)];
  let step = reading.next();
  while (step.done !== true) {
    const { from, length } = step.value;
    if (from < start || from + length > start + window.length) {
      start = from;
      window = new Uint8Array(Math.min(Math.max(length, windowBytes), file.size - from));
      await file.readInto(window, from);
    }
    step = reading.next(window.subarray(from - start, from - start + length));
  }
  return step.value;
};

/** The data of tensors that are not in the outline. */
export type DataOf = (data: { readonly offset: number; readonly byteLength: number }) => Constant['data'];

/**
 * The model in pieces again, without some of its tensors.
 *
 * @param placeOf where the data of a tensor stand, given where they stood. Default: in the model
 */
export const outlinePieces = (
  { before, graph, after }: ModelOutline,
  {
    dataOf,
    placeOf,
    dropped = [],
  }: {
    readonly dataOf: DataOf;
    readonly placeOf?: ((from: number) => Place) | undefined;
    readonly dropped?: readonly string[];
  },
): readonly Piece[] => {
  if (!graph) return [before, after];
  const pieces = graph.flatMap((part): readonly Piece[] => {
    if (part instanceof Uint8Array) return [part];
    const { name, fields, data } = part;
    if (dropped.includes(name)) return [];
    if (!data || data.byteLength === 0) return initializerPieces([fields]);
    const { offset, byteLength, bytes } = data;
    const place = placeOf?.(offset) ?? inTheModel;
    return initializerPieces(tensorPieces(fields, { name, byteLength, data: bytes ?? dataOf(data) }, place));
  });
  return [before, ...graphPieces(pieces), after];
};
