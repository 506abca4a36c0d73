import '@tensorflow/tfjs-backend-cpu';
import { servePredictor } from '@length-adaptive/models/worker/serve';
import { loadOnnx } from '@length-adaptive/onnx';
import type { OnnxRuntime } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

ort.env.wasm.wasmPaths = { wasm: new URL(wasm, location.href).href };

servePredictor({
  open: async (source, { backends: _, wasmPaths: __, ...options }) => {
    await tf.setBackend('cpu'); // reads the weights, and computes nothing
    return {
      predictor: await loadOnnx(source, {
        ...options,
        runtime: ort as unknown as OnnxRuntime,
        threads: 1,
        providers: ['wasm'],
      }),
    };
  },
});
