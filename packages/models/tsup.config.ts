import { defineConfig } from 'tsup';
import { library } from '../../tsup.shared.js';

export default defineConfig(
  library({
    index: 'src/index.ts',
    engine: 'src/engine.ts',
    files: 'src/files.ts',
    'onnx-weights': 'src/onnx-weights.ts',
    pipeline: 'src/pipeline.ts',
    predict: 'src/predict.ts',
    tokenizer: 'src/tokenizer.ts',
    train: 'src/train.ts',
    'worker/index': 'src/worker.ts',
    'worker/serve': 'src/worker/serve-predictor.ts',
  }),
);
