import { defineConfig } from 'vite';

export default defineConfig({
  // What only predicts needs the core of TensorFlow.js, and not its layers, converters and data sets.
  resolve: { alias: [{ find: /^@tensorflow\/tfjs$/, replacement: '@tensorflow/tfjs-core' }] },
  worker: { format: 'es' }, // a worker that loads only the backend that it needs
  build: { target: 'es2022', rollupOptions: { input: ['index.html', 'in-thread.html'] } },
});
