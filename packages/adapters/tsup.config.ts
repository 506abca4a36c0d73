import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'ai-sdk': 'src/ai-sdk.ts',
    chroma: 'src/chroma.ts',
    langchain: 'src/langchain.ts',
    llamaindex: 'src/llamaindex.ts',
    orama: 'src/orama.ts',
  }),
);
