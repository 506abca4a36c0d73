import type { FileSource } from '@length-adaptive/models';
import { onnxDistillationEngine, onnxTrainingEngine, openOnBestEngine, openOnnx } from '@length-adaptive/onnx';
import type { EngineSettings, OpenedModel } from './opened-model.js';

export { onnxDistillationEngine, onnxTrainingEngine, openOnBestEngine };

/** Opens a model on ONNX Runtime. */
export const openOnOnnx = async (
  source: string | FileSource,
  { precision, threads, reducer, prior, departed, adapter }: EngineSettings,
): Promise<OpenedModel> => {
  const opened = await openOnnx(source, { precision, threads, reducer, prior, departed, adapter });
  return { ...opened, used: { engine: 'onnx', precision } };
};
