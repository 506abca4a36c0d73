import { ModelError } from '../errors.js';
import type { FileSource, OpenFile } from '../sources/file-source.js';
import type { ModelWeights } from './read-weights.js';
import { findWeights, readModelWeights } from './read-weights.js';
import type { SafetensorsDtype, SafetensorsEntry, TensorData, UnreadTensor } from './safetensors.js';
import { decodeElements, headerEnd, headerLengthBytes, knownDtype, readHeader, refuseOf } from './safetensors.js';
import type { StoredTensor } from './stored-tensor.js';
import { modernTensorName, withModernNames } from './tensor-names.js';

/** The weights of a model, of which large ones may still be in their file. To be closed. */
export interface OpenWeights extends ModelWeights<TensorData | StoredTensor> {
  /** Nothing can be read of the file afterwards. */
  close(): Promise<void>;
}

/** Element types of weights; whatever else a file holds is small. */
const isFloat = (dtype: SafetensorsDtype): boolean => ['F32', 'F16', 'BF16', 'F64'].includes(dtype);

/** Integers that stand for a matrix with scales beside them: these are read together. */
const isQuantized = ({ name, dtype }: SafetensorsEntry): boolean => dtype === 'I8' && name.endsWith('.weight');

const readPart = async (file: OpenFile, from: number, to: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(to - from);
  await file.readInto(bytes, from);
  return bytes;
};

/** What a file holds; undefined when it has to be read as a whole. */
const openTensors = async (
  file: OpenFile,
  name: (error: ModelError) => ModelError,
): Promise<ModelWeights<TensorData | StoredTensor> | undefined> => {
  const end = headerEnd(await readPart(file, 0, Math.min(file.size, headerLengthBytes)), file.size);
  const { entries, dataStart } = readHeader(await readPart(file, 0, end), file.size);
  if (entries.some(isQuantized)) return undefined;
  const tensors = new Map<string, TensorData | StoredTensor>();
  const unread = new Map<string, UnreadTensor>();
  for (const entry of entries) {
    const { shape } = entry;
    const [from, to] = [dataStart + entry.start, dataStart + entry.end];
    const decode = (bytes: Uint8Array, dtype: SafetensorsDtype) => decodeElements(bytes, dtype, refuseOf(entry.name));
    try {
      const dtype = knownDtype(entry.name, entry.dtype);
      tensors.set(
        entry.name,
        isFloat(dtype)
          ? {
              shape,
              dtype,
              bytes: to - from,
              readInto: (bytes, at = 0) => file.readInto(bytes, from + at),
              decode: (bytes) => decode(bytes, dtype) as Float32Array,
            }
          : { shape, dtype, data: decode(await readPart(file, from, to), dtype) },
      );
    } catch (error) {
      if (!(error instanceof ModelError) || error.code !== 'SAFETENSORS_INVALID') throw error;
      unread.set(modernTensorName(entry.name), { dtype: entry.dtype, error: name(error) });
    }
  }
  return { tensors: withModernNames(tensors), unread };
};

/**
 * Opens the weights of a model: what `readModelWeights` gives, but that the tensors of a safetensors file stay in it where its source can
 * read it in parts. Shards, PyTorch files and 8-bit integers are read as a whole.
 *
 * @param weights path of the file to read instead of looking for one
 * @throws ModelError as `readModelWeights` does
 */
export const openModelWeights = async (source: FileSource, weights?: string): Promise<OpenWeights> => {
  const path = weights ?? (await findWeights(source));
  const file = path.endsWith('.safetensors') ? await source.open?.(path) : undefined;
  if (file) {
    const named = (error: ModelError): ModelError =>
      new ModelError(error.code, `${source.name}/${path}: ${error.message}`, { cause: error });
    try {
      const opened = await openTensors(file, named);
      if (opened) return { ...opened, close: () => file.close() };
    } catch (error) {
      await file.close();
      throw error instanceof ModelError ? named(error) : error;
    }
    await file.close();
  }
  return { ...(await readModelWeights(source, path)), close: () => Promise.resolve() };
};
