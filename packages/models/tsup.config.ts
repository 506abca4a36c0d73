import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'worker/index': 'src/predictor/worker/worker-predictor.ts',
    'worker/serve': 'src/predictor/worker/serve-predictor.ts',
  }),
);
