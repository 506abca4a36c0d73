import type { Predictor } from '@length-adaptive/models';
import { loadOnnx, openOnBestEngine } from '@length-adaptive/onnx';
import type { ThreadData } from './thread-messages.js';

/** Opens a model on ONNX Runtime where that is installed, else on TensorFlow.js, which is imported only then. */
export const openPredictor = (data: ThreadData): Promise<Predictor> => {
  const { source, engine, precision, threads, embedding, adapter, tower } = data;
  const options = { precision, threads, embedding, adapter, tower };
  const tfjs = async (): Promise<Predictor> => (await import('./open-on-tensorflow.js')).openOnTensorFlow(data);
  return openOnBestEngine({ onnx: () => loadOnnx(source, options), tfjs }, engine);
};
