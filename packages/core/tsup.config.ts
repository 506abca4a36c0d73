import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig({
  ...library({
    index: 'src/index.ts',
    'backend/index': 'src/backend/index.ts',
    encoder: 'src/encoder.ts',
    lengths: 'src/lengths.ts',
    random: 'src/random.ts',
    training: 'src/training.ts',
    'wasm/index': 'src/wasm/index.ts',
    'wasm/node': 'src/wasm/node.ts',
  }),
  shims: true, // import.meta.url in the CommonJS build
});
