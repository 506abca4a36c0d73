import { join } from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Prediction } from '@length-adaptive/models';
import { load, openModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx } from './open-onnx.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const folder = join(__dirname, '../../models/fixtures/cases/models/multilabel');
const exported = temporaryFolder();
const texts = ['the phone is great', 'the case is not good and it breaks', 'good'];

/** Logits of Hugging Face transformers on the first text. */
const reference = [1.80743, 4.35101, 0.96697];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = await openModel(folder);
  await exportModel(exported, text, { precisions: ['fp32'] });
  text.model.dispose();
});

const numbers = (predictions: readonly Prediction[]): number[] =>
  predictions.flatMap(({ score, probabilities = {} }) => [score, ...Object.values(probabilities)]);

test.each([
  ['the folder of another tool', folder],
  ['its export', exported],
])('%s: independent probabilities, as the reference and as TensorFlow.js at any length', async (_, source) => {
  const [predictor, tensorflow] = [await loadOnnx(source, { threads: 1 }), await load(folder)];
  expect(predictor).toMatchObject({
    engine: 'onnxruntime',
    task: 'multi-label-classification',
    labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
  });
  const [answer] = await predictor.predict(texts);
  Object.values(answer?.probabilities ?? {}).forEach((probability, i) =>
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-(reference[i] ?? 0))), 4),
  );
  for (const choice of [
    { threshold: 0.8 },
    { point: { lengths: [0.7, 0.5] } },
    {
      points: [{}, { lengths: [0.5, 0.5] }, { lengths: [0.8, 0.4] }],
    },
  ]) {
    const options = { ...choice, onError: 'throw' } as const;
    const [ours, theirs] = [await predictor.predict(texts, options), await tensorflow.predict(texts, options)];
    expect(ours.map(({ label }) => label)).toEqual(theirs.map(({ label }) => label));
    numbers(ours).forEach((value, i) =>
      expect(Math.abs(value - (numbers(theirs)[i] ?? Number.NaN))).toBeLessThan(1e-4),
    );
  }
  for (const each of [predictor, tensorflow]) each.dispose();
});
