import type { TensorData } from '../weights/safetensors.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import type { FillOptions, FilledSpecs } from './fill-specs.js';
import { fillSpecs } from './fill-specs.js';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';
import { usedShape } from './parameter-specs.js';

/** A weight whose numbers are read when they are needed, and that nobody keeps. */
export interface DeferredWeight {
  /** The name it has in a checkpoint. */
  readonly name: string;
  /** Where it is used: kernels are [in, out]. */
  readonly shape: readonly number[];
  /**
   * Reads it as float32 numbers, four little-endian bytes each, to any place in memory. One after another: the weights of a model share the
   * memory in which they are arranged.
   */
  readInto(bytes: Uint8Array): Promise<void>;
}

/** Memory that grows to the most bytes that were asked for. */
type Scratch = (bytes: number) => ArrayBuffer;

const createScratch = (): Scratch => {
  let memory = new ArrayBuffer(0);
  return (bytes) => {
    if (memory.byteLength < bytes) memory = new ArrayBuffer(bytes);
    return memory;
  };
};

/** Rows and columns that are arranged together, so that what is read and what is written both stay in the cache. */
const tile = 32;

/** [rows, columns] -> [columns, rows] */
const transpose = (from: ArrayLike<number>, [rows = 1, columns = 1]: readonly number[], to: Float32Array): void => {
  for (let top = 0; top < rows; top += tile) {
    for (let left = 0; left < columns; left += tile) {
      const [bottom, right] = [Math.min(rows, top + tile), Math.min(columns, left + tile)];
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++)
          to[column * rows + row] = from[row * columns + column] as number;
    }
  }
};

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The numbers of a tensor as they are in the file; of a stored one they are valid until the next is read. */
const valuesOf = async (tensor: TensorData | StoredTensor, scratch: Scratch): Promise<Float32Array | Int32Array> => {
  if ('data' in tensor) return tensor.data;
  const raw = new Uint8Array(scratch(tensor.bytes), 0, tensor.bytes);
  await tensor.readInto(raw);
  return tensor.decode(raw);
};

/**
 * The tensors of a checkpoint where a tree of specifications asks for them, in the layout of the variables that `loadParameters` makes of
 * them; no engine is needed, and nothing is read yet of those that are still in a file.
 *
 * @returns with the names of those that the file lacks, which cannot be read
 * @throws ModelError `TENSOR_MISSING`, `SHAPE_MISMATCH`; for a tensor that cannot be read, what the file said of it
 */
export const deferredWeights = <T>(
  specs: SpecTree<T>,
  tensors: ReadonlyMap<string, TensorData | StoredTensor>,
  options: Omit<FillOptions, 'fresh'>,
): FilledSpecs<T, DeferredWeight> => {
  const [read, arranged] = [createScratch(), createScratch()];
  const arrange = (values: Float32Array | Int32Array, { shape, transposed }: ParameterSpec): Float32Array => {
    if (!transposed && values instanceof Float32Array) return values;
    const used = new Float32Array(arranged(4 * values.length), 0, values.length);
    if (transposed) transpose(values, shape, used);
    else used.set(values);
    return used;
  };
  const leafOf = (spec: ParameterSpec, found: TensorData | StoredTensor | undefined): DeferredWeight => ({
    name: spec.name,
    shape: usedShape(spec),
    readInto: async (bytes) => {
      if (found === undefined) return;
      if ('readInto' in found && found.dtype === 'F32' && !spec.transposed) return found.readInto(bytes);
      bytes.set(bytesOf(arrange(await valuesOf(found, read), spec)));
    },
  });
  return fillSpecs<T, TensorData | StoredTensor, DeferredWeight>(specs, tensors, leafOf, options);
};

/** All numbers of a weight. */
export const readWeight = async ({ shape, readInto }: DeferredWeight): Promise<Float32Array> => {
  const data = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
  await readInto(bytesOf(data));
  return data;
};
