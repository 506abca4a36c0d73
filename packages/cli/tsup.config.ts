import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig({
  ...library({ index: 'src/index.ts', bin: 'src/bin.ts', 'score-job': 'src/search/score-job.ts' }),
  platform: 'node',
  shims: true, // import.meta.url in the CommonJS build
});
