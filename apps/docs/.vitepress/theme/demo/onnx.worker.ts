import { servePredictor } from '@length-adaptive/models/worker/serve';
import { loadOnnx } from '@length-adaptive/onnx';
import type { OnnxRuntime } from '@length-adaptive/onnx';
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

ort.env.wasm.wasmPaths = { wasm: new URL(wasm, location.href).href };

servePredictor({
  open: async (source, { backends: _, wasmPaths: __, ...options }) => ({
    predictor: await loadOnnx(source, {
      ...options,
      precision: (globalThis as { readonly name?: string }).name === 'int8' ? 'int8' : 'fp32', // as the page called the worker
      runtime: ort as unknown as OnnxRuntime,
      threads: 1,
      providers: ['wasm'],
    }),
  }),
});
