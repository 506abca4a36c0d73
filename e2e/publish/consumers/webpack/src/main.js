import { createWorkerPredictor } from '@length-adaptive/models/worker';

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

const main = async () => {
  const worker = new Worker(new URL('./model.worker.js', import.meta.url), { type: 'module' });
  const wasm = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
  const predictor = await createWorkerPredictor(worker, '/models/sentiment', {
    wasmPaths: { 'tfjs-backend-wasm-simd.wasm': wasm.href },
  });
  show('backend', predictor.backend?.reason ?? '');

  const [answer] = await predictor.predict(['a warm and funny film'], { budget: { cost: 0.6 } });
  show('answer', `${answer.label} (${answer.score.toFixed(3)}) for ${answer.cost.toFixed(2)} of the full cost`);
};

void main();
