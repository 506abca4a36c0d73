/** Every family with every task: from a folder with its kind of tokenizer to answers of both engines at any length. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode, fullLength } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { ModelConfig, Task } from '@length-adaptive/models';
import {
  createTaskModel,
  createTokenizer,
  load,
  questionAnswering,
  saveModel,
  sequenceClassification,
  tokenClassification,
} from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx } from './open-onnx.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const root = temporaryFolder();
const sizes: ModelConfig = {
  vocab_size: 1100,
  hidden_size: 24,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  intermediate_size: 40,
  max_position_embeddings: 66,
  initializer_range: 0.3,
};
const families = [
  { ...sizes, model_type: 'bert', pad_token_id: 1 },
  { ...sizes, model_type: 'roberta', type_vocab_size: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'xlm-roberta', type_vocab_size: 1, pad_token_id: 1 },
  { ...sizes, model_type: 'camembert', type_vocab_size: 1, pad_token_id: 1 },
];
const tasks: readonly Task[] = [
  sequenceClassification(['a', 'b', 'c']),
  questionAnswering(),
  tokenClassification(['O', 'B-x', 'I-x']),
];
const lines = JSON.parse(
  readFileSync(join(__dirname, '../../models/fixtures/subwords/lines.json'), 'utf8'),
) as readonly string[];
const texts = lines.slice(0, 14).map((line) => line.slice(0, 18));
const point = { lengths: [0.8, 0.6, 0.4] };

const tokenizerFiles = (kind: string) => ({
  'tokenizer.json': readFileSync(join(__dirname, '../../models/fixtures/subwords', kind, 'tokenizer.json')),
});

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

describe.each(families)('$model_type', (config) => {
  const files = tokenizerFiles(config.model_type === 'roberta' ? 'byte-level-bpe' : 'unigram');
  const tokenizer = createTokenizer(files);
  const inputs = texts.map((text) => tokenizer.encode(text, undefined, { maxLength: 64 }));

  test('a batch gives each row what it gets alone, and at the full length nothing leaves or returns', () => {
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 5 });
    const statesOf = (rows: typeof inputs, lengths: readonly number[] | undefined): Float32Array =>
      tf.tidy(() => encode(model.encoder, rows, { config: lengths }).hidden.dataSync() as Float32Array);
    const width = Math.max(...inputs.map(({ ids }) => ids.length)) * 24;
    const batch = statesOf(inputs, point.lengths);
    inputs.forEach((input, row) => {
      const alone = statesOf([input], point.lengths);
      const own = batch.subarray(row * width, row * width + alone.length);
      expect(largestDifference(own, alone)).toBeLessThan(1e-4);
    });
    expect(statesOf(inputs, fullLength(3))).toEqual(statesOf(inputs, undefined));
    model.dispose();
  });

  test.each(tasks)('$name: saved, opened, exported: both engines give the same answers', async (task) => {
    const folder = join(root, config.model_type, task.name);
    const model = createTaskModel(config, new Map(), { fresh: true, seed: 7, task });
    model.markTrained();
    const text = { model, tokenizer, tokenizerFiles: files, lengthAdaptive: undefined, notes: [] };
    await saveModel(folder, text);
    await exportModel(join(folder, 'onnx'), text, { precisions: ['fp32'], threads: 1 });
    const predictors = [await load(folder), await loadOnnx(folder), await loadOnnx(join(folder, 'onnx'))];
    const asked = task.name === 'question-answering' ? texts.map((context) => ['who?', context]) : texts;
    for (const options of [{}, { point }]) {
      const [expected, ...given] = await Promise.all(
        predictors.map((predictor) => predictor.predict(asked as readonly string[], { ...options, onError: 'throw' })),
      );
      for (const answers of given)
        expect(JSON.stringify(rounded(answers))).toBe(JSON.stringify(rounded(expected as readonly unknown[])));
    }
    for (const predictor of predictors) predictor.dispose();
    model.dispose();
  });
});

/** Answers without what depends on the engine, numbers to three places. */
const rounded = (answers: readonly unknown[]): unknown =>
  JSON.parse(
    JSON.stringify(answers, (key, value: unknown) =>
      key === 'ms' || key === 'latency' || key === 'engine'
        ? undefined
        : typeof value === 'number' && !Number.isInteger(value)
          ? Number(value.toFixed(2))
          : value,
    ),
  );
