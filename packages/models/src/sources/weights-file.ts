/** Whether a file holds weights, of any engine, by its name. */
export const isWeightsFile = (path: string): boolean => /\.(safetensors|bin|pt|pth|onnx)$/.test(path);
