import { useWasmThreads } from '@length-adaptive/core/wasm/node';
import type { Predictor } from '@length-adaptive/models';
import { load } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { ThreadData } from './thread-messages.js';

/** Opens a model on TensorFlow.js. A module of its own: importing it takes a thread some 40 MiB, whatever runs there. */
export const openOnTensorFlow = async ({
  source,
  threads,
  embedding,
  adapter,
  tower,
}: ThreadData): Promise<Predictor> => {
  tf.enableProdMode(); // or TensorFlow.js prints an advertisement
  await useWasmThreads({ threads });
  return load(source, { embedding, adapter, tower });
};
