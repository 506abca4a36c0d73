import type { Precision } from './encoder/precision.js';

const names: Readonly<Record<Precision, string>> = {
  fp32: 'onnx/model.onnx',
  fp16: 'onnx/model_fp16.onnx',
  int8: 'onnx/model_quantized.onnx',
};

/**
 * Where a file of a precision stands in an exported folder: the names that transformers.js looks for.
 *
 * @param reducer of a file for points that name another than the model's own: `onnx/model.tome.onnx`
 */
export const modelFileName = (precision: Precision, reducer?: string): string =>
  reducer === undefined ? names[precision] : names[precision].replace(/\.onnx$/, `.${reducer}.onnx`);
