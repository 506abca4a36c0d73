import type { TensorData } from '../weights/safetensors.js';
import type { StoredTensor } from '../weights/stored-tensor.js';
import type { ParameterSpec } from './parameter-specs.js';

type Part = NonNullable<ParameterSpec['part']>;

/** One of equal parts of a tensor along its first axis: a view. */
export const partOfTensor = ({ shape: [rows = 1, ...rest], data, dtype }: TensorData, part: Part): TensorData => {
  const size = data.length / part.count;
  return {
    shape: [rows / part.count, ...rest],
    data: data.subarray(part.index * size, (part.index + 1) * size),
    dtype,
  };
};

/** The same of a tensor that may still be in its file. */
export const partOfAny = (tensor: TensorData | StoredTensor, part: Part): TensorData | StoredTensor => {
  if ('data' in tensor) return partOfTensor(tensor, part);
  const {
    shape: [rows = 1, ...rest],
    dtype,
    decode,
  } = tensor;
  const bytes = tensor.bytes / part.count;
  return {
    shape: [rows / part.count, ...rest],
    dtype,
    bytes,
    readInto: (to, from = 0) => tensor.readInto(to, part.index * bytes + from),
    decode,
  };
};
