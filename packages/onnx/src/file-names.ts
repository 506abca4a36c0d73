import type { Precision } from './encoder/precision.js';

const names: Readonly<Record<Precision, string>> = {
  fp32: 'onnx/model.onnx',
  fp16: 'onnx/model_fp16.onnx',
  int8: 'onnx/model_quantized.onnx',
};

/** Where a file of a precision stands in an exported folder: the names that transformers.js looks for. */
export const modelFileName = (precision: Precision): string => names[precision];
