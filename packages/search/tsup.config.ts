import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'algorithms/index': 'src/algorithms/index.ts',
    'suites/index': 'src/suites/index.ts',
    'surrogate/index': 'src/surrogate/index.ts',
    'svg/index': 'src/svg/index.ts',
    'workers/index': 'src/workers/index.ts',
  }),
);
