import type { FileSource } from '@length-adaptive/models';
import { onnxDistillationEngine, onnxTrainingEngine, openOnBestEngine, openOnnx } from '@length-adaptive/onnx';
import type { EngineSettings, OpenedModel } from './opened-model.js';
import { openingOf } from './opening.js';

export { onnxDistillationEngine, onnxTrainingEngine, openOnBestEngine };

/** Opens a model on ONNX Runtime. */
export const openOnOnnx = async (
  source: string | FileSource,
  { precision, threads, reducer, prior, departed, ...settings }: EngineSettings,
): Promise<OpenedModel> => {
  const opened = await openOnnx(source, { precision, threads, reducer, prior, departed, ...openingOf(settings) });
  return { ...opened, used: { engine: 'onnx', precision } };
};
