import type { TensorData } from '@length-adaptive/models/files';
import { ModelError, checkNotPointer } from '@length-adaptive/models/files';
import { readGraphWeights } from '@length-adaptive/models/onnx-weights';
import { OnnxError } from './errors.js';

/**
 * The weights inside an ONNX file that another tool exported (Optimum, and with it the models of transformers.js), under the names and in
 * the layout of a Hugging Face checkpoint: single and half precision, and integers as the numbers that they stand for.
 *
 * @param bytes an ONNX file whose weights stand in it
 * @throws OnnxError `FILE_INVALID` when it is no ONNX file, or holds no weights
 */
export const readExportedWeights = (bytes: Uint8Array): Map<string, TensorData> => {
  checkNotPointer(bytes, 'The ONNX file');
  try {
    const { tensors } = readGraphWeights(bytes);
    if (tensors.size > 0) return tensors;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new OnnxError('FILE_INVALID', error.message, { cause: error });
  }
  throw new OnnxError('FILE_INVALID', 'The ONNX file holds no weights.');
};
