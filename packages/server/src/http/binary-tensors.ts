/** Tensors as bytes: little-endian, row-major, without gaps; a text is its number of bytes (4 bytes) and then these. */
import { invalidRequest } from '../errors.js';
import { textAt, type InputTensor, type OutputTensor, type RequestTensor } from './tensors.js';

const lengthBytes = 4;

/** Texts, each behind its number of bytes. */
const textsOfBytes = (name: string, bytes: Buffer): string[] => {
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at - lengthBytes;
    const length = left >= 0 ? bytes.readUInt32LE(at) : Number.NaN;
    if (!(length <= left))
      throw invalidRequest(
        `Element ${texts.length} of input "${name}" is cut off; expected its number of bytes as 4 bytes, little-endian, and then so many.`,
      );
    at += lengthBytes;
    texts.push(textAt(name, texts.length, bytes.subarray(at, at + length)));
    at += length;
  }
  return texts;
};

/** Whole numbers of 8 bytes. One that no number of JavaScript holds is refused where the elements are read. */
const integersOfBytes = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 8 }, (_, at) => Number(bytes.readBigInt64LE(8 * at)));

/**
 * The elements of a tensor that came as bytes.
 *
 * @throws ServerError `REQUEST_INVALID`
 */
export const elementsOfBytes = (
  { name, datatype, shape }: Omit<InputTensor, 'data'>,
  bytes: Buffer,
): (string | number)[] => {
  if (datatype === 'BYTES') return textsOfBytes(name, bytes);
  if (datatype !== 'INT64')
    throw invalidRequest(`Input "${name}" has the datatype ${JSON.stringify(datatype)}; expected BYTES or INT64.`);
  const expected = 8 * shape.reduce((product, length) => product * length, 1);
  if (bytes.length !== expected)
    throw invalidRequest(
      `Input "${name}" has the shape [${shape.join(', ')}] and ${bytes.length} bytes; expected ${expected}.`,
    );
  return integersOfBytes(bytes);
};

const bytesOfText = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** The elements of a tensor as bytes. */
export const bytesOfElements = ({ datatype, data }: Pick<OutputTensor, 'datatype' | 'data'>): Buffer => {
  if (datatype === 'BYTES') return Buffer.concat(data.map((element) => bytesOfText(String(element))));
  const bytes = Buffer.alloc(4 * data.length);
  data.forEach((element, at) =>
    datatype === 'FP32' ? bytes.writeFloatLE(Number(element), 4 * at) : bytes.writeInt32LE(Number(element), 4 * at),
  );
  return bytes;
};

/**
 * The tensors of a request with their elements, wherever these came: in the JSON, or in the bytes after it, in the order of the tensors.
 *
 * @param tail what follows the JSON; undefined where nothing may
 * @throws ServerError `REQUEST_INVALID`
 */
export const withElements = (tensors: readonly RequestTensor[], tail: Buffer | undefined): InputTensor[] => {
  let at = 0;
  const read = tensors.map(({ data, parameters: { binary_data_size: size } = {}, ...tensor }): InputTensor => {
    const { name } = tensor;
    if (size === undefined) {
      if (data === undefined)
        throw invalidRequest(`Input "${name}" has neither "data" nor "parameters.binary_data_size"; give one of them.`);
      return { ...tensor, data };
    }
    if (data !== undefined)
      throw invalidRequest(`Input "${name}" has "data" and "parameters.binary_data_size"; give one of them.`);
    if (!tail)
      throw invalidRequest(
        `Input "${name}" has "parameters.binary_data_size" but the header Inference-Header-Content-Length is missing; expected the number of bytes of the JSON.`,
      );
    const bytes = Number.isSafeInteger(size) && Number(size) >= 0 ? Number(size) : Number.NaN;
    if (!(at + bytes <= tail.length))
      throw invalidRequest(
        `Input "${name}" has ${JSON.stringify(size)} as "parameters.binary_data_size" and ${tail.length - at} bytes are left of the body; expected a whole number up to that.`,
      );
    at += bytes;
    return { ...tensor, data: elementsOfBytes(tensor, tail.subarray(at - bytes, at)) };
  });
  if (tail && at !== tail.length)
    throw invalidRequest(
      `${tail.length} bytes follow the JSON and the inputs name ${at} as their "parameters.binary_data_size"; expected the same.`,
    );
  return read;
};

/** An answer in which some tensors are bytes: its JSON and what follows it. */
export interface BinaryAnswer {
  readonly json: Buffer;
  readonly bytes: Buffer;
}

/** @param isBinary whether a tensor is to be bytes, by its name */
export const binaryAnswer = (
  { outputs, ...answer }: { readonly outputs: readonly OutputTensor[] },
  isBinary: (name: string) => boolean,
): BinaryAnswer => {
  const parts: Buffer[] = [];
  const written = outputs.map((tensor) => {
    if (!isBinary(tensor.name)) return tensor;
    const bytes = bytesOfElements(tensor);
    parts.push(bytes);
    const { data: _, ...rest } = tensor;
    return { ...rest, parameters: { binary_data_size: bytes.length } };
  });
  return { json: Buffer.from(JSON.stringify({ ...answer, outputs: written })), bytes: Buffer.concat(parts) };
};
