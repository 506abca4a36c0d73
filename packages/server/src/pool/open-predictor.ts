import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import type { Predictor } from '@length-adaptive/models';
import { load } from '@length-adaptive/models';
import { hasNativeRuntime, loadOnnx } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import type { ThreadData } from './thread-messages.js';

/** Opens a model on ONNX Runtime where that is installed, else on TensorFlow.js. */
export const openPredictor = async ({ source, engine, precision, threads }: ThreadData): Promise<Predictor> => {
  const chosen = engine === 'auto' ? ((await hasNativeRuntime()) ? 'onnx' : 'tfjs') : engine;
  tf.enableProdMode(); // or TensorFlow.js prints an advertisement
  if (chosen === 'onnx') {
    await tf.setBackend('cpu'); // reads the weights, and computes nothing
    return loadOnnx(source, { precision, threads });
  }
  await useWasmThreads({ threads });
  return load(source);
};
