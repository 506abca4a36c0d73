import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig({
  ...library({
    index: 'src/index.ts',
    bin: 'src/bin.ts',
    'model-thread': 'src/pool/model-thread.ts',
    'tokenizer-thread': 'src/tokenize/tokenizer-thread.ts',
  }),
  platform: 'node',
  shims: true, // import.meta.url in the CommonJS build
});
