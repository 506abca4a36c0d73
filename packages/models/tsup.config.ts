import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'worker/index': 'src/worker/worker-predictor.ts',
    'worker/serve': 'src/worker/serve-predictor.ts',
  }),
);
