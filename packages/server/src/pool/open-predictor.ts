import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import type { Predictor } from '@length-adaptive/models';
import { load } from '@length-adaptive/models';
import { loadOnnx, openOnBestEngine } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import type { ThreadData } from './thread-messages.js';

/** Opens a model on ONNX Runtime where that is installed, else on TensorFlow.js. */
export const openPredictor = ({ source, engine, precision, threads }: ThreadData): Promise<Predictor> => {
  tf.enableProdMode(); // or TensorFlow.js prints an advertisement
  const onnx = async (): Promise<Predictor> => {
    await tf.setBackend('cpu'); // reads the weights, and computes nothing
    return loadOnnx(source, { precision, threads });
  };
  const tfjs = async (): Promise<Predictor> => {
    await useWasmThreads({ threads });
    return load(source);
  };
  return openOnBestEngine({ onnx, tfjs }, engine);
};
