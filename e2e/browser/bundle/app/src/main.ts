import { createWorkerPredictor } from '@length-adaptive/models/worker';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

const show = (id: string, text: string): void => {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
};

const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
const predictor = await createWorkerPredictor(worker, '/models/sentiment', {
  wasmPaths: { 'tfjs-backend-wasm-simd.wasm': wasm },
  onProgress: ({ share }) => document.querySelector('progress')?.setAttribute('value', String(share ?? 0)),
});
show('backend', predictor.backend?.reason ?? '');

const [answer] = await predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } });
show('answer', `${answer?.label} (${answer?.score.toFixed(3)}) for ${answer?.cost.toFixed(2)} of the full cost`);
