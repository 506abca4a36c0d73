/** Our engines, as `--engines` names them. */
export const engineNames = ['onnx', 'tfjs'] as const;
export type EngineName = (typeof engineNames)[number];
