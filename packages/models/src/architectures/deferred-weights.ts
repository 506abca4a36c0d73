import type { TensorData } from '../weights/safetensors.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import type { FillOptions, FilledSpecs } from './fill-specs.js';
import { fillSpecs } from './fill-specs.js';
import type { ParameterSpec, SpecTree } from './parameter-specs.js';
import { usedShape } from './parameter-specs.js';
import { partOfAny } from './tensor-parts.js';

/** A weight whose numbers are read when they are needed, and that nobody keeps. */
export interface DeferredWeight {
  /** The name it has in a checkpoint. */
  readonly name: string;
  /** Where it is used: kernels are [in, out]. */
  readonly shape: readonly number[];
  /** Reads it as float32 numbers, four little-endian bytes each, to any place in memory. */
  readInto(bytes: Uint8Array): Promise<void>;
}

type Tensor = TensorData | StoredTensor;

/**
 * Numbers that are on their way at once. Few: what is large comes to lie where it stays, and nothing large is freed. An allocator may answer a
 * large block that is freed by keeping the next ones for itself, and a runtime that then takes over the weights would need a half more.
 */
const blockSize = 16_384;

/** Numbers of a tensor as they are in the file, valid until the next are read. */
const reader = (tensor: Tensor, size: number): ((from: number, count: number) => Promise<ArrayLike<number>>) => {
  if ('data' in tensor) return async (from, count) => tensor.data.subarray(from, from + count);
  const width = tensor.bytes / size;
  let block = new Uint8Array(0);
  return async (from, count) => {
    if (block.length < count * width) block = new Uint8Array(count * width);
    const bytes = block.subarray(0, count * width);
    await tensor.readInto(bytes, from * width);
    return tensor.decode(bytes);
  };
};

/** Puts a tensor where it is used, [rows, columns] or, transposed, [columns, rows]. */
const readTensor = async (
  tensor: Tensor,
  { shape, transposed = false }: ParameterSpec,
  to: Uint8Array,
): Promise<void> => {
  const view = new DataView(to.buffer, to.byteOffset, to.byteLength); // at any place: a Float32Array would have to be aligned
  const size = to.byteLength / 4;
  const [rows = 1, columns = 1] = transposed ? shape : [size, 1];
  const together = Math.max(1, Math.floor(blockSize / columns));
  const read = reader(tensor, size);
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    const values = await read(row * columns, count * columns);
    for (let column = 0; column < columns; column++)
      for (let i = 0; i < count; i++)
        view.setFloat32(4 * (column * rows + row + i), values[i * columns + column] as number, true);
  }
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
  tensors: ReadonlyMap<string, Tensor>,
  options: Omit<FillOptions, 'fresh'>,
): FilledSpecs<T, DeferredWeight> => {
  const leafOf = (spec: ParameterSpec, found: Tensor | undefined): DeferredWeight => ({
    name: spec.name,
    shape: usedShape(spec),
    readInto: async (bytes) => {
      if (found === undefined) return;
      const isAsUsed = 'readInto' in found && found.dtype === 'F32' && !spec.transposed;
      await (isAsUsed ? found.readInto(bytes) : readTensor(found, spec, bytes));
    },
  });
  return fillSpecs<T, Tensor, DeferredWeight>(specs, tensors, leafOf, partOfAny, options);
};

/** All numbers of a weight. */
export const readWeight = async ({ shape, readInto }: DeferredWeight): Promise<Float32Array> => {
  const data = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1));
  await readInto(new Uint8Array(data.buffer));
  return data;
};
