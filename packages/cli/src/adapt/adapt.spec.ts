import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRandom } from '@length-adaptive/core';
import { load } from '@length-adaptive/models';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';
import { readCorpus } from './read-corpus.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

const words =
  'film movie plot actor scene story music good great fine lovely bad poor awful dull boring the a is'.split(' ');

const sentence = (random: ReturnType<typeof createRandom>, count: number): string =>
  Array.from({ length: count }, () => words[random.integer(0, words.length - 1)]).join(' ');

const writeCorpus = (count: number): void => {
  const random = createRandom(3);
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ _id: `d${i}`, title: sentence(random, 3), text: `${sentence(random, random.integer(6, 20))}.` }),
  );
  mkdirSync(at('beir'), { recursive: true });
  writeFileSync(at('beir/corpus.jsonl.gz'), gzipSync(`${lines.join('\n')}\n`));
};

beforeAll(async () => {
  await writeTinyModel(at('embedder'), { id2label: undefined, architectures: ['BertModel'], initializer_range: 0.3 });
  await writeTinyModel(at('reranker'), {
    architectures: ['BertForSequenceClassification'],
    id2label: { 0: 'LABEL_0' },
    initializer_range: 0.3,
  });
  writeCorpus(64);
});

const common = [...small, '--texts', at('beir'), '--batch-size', '8', '--learning-rate', '1e-3', '--dev-share', '0.2'];
const adapt = (model: string, out: string, ...argv: readonly string[]) =>
  runMain(['adapt', ...common, '--model', at(model), '--out', at(out), ...argv]);

test('vectors are skimmed by what a predictor learns of gradients, and the folder says so', async () => {
  const { code, stderr } = await adapt('embedder', 'skimmed', '--reducer', 'skim');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(existsSync(at('skimmed/model/reducer.safetensors'))).toBe(true);
  const { reducer, training } = readJson(at('skimmed/model/length_adaptive.json')) as {
    reducer: object;
    training: { devScore: { full: number } };
  };
  expect(reducer).toEqual({ name: 'skim', predictor: 'linear' });
  expect(training.devScore.full).toBeGreaterThan(0.97);
  const skimmed = await load(at('skimmed/model'));
  const [vector] = await skimmed.embed(['a great film is good'], { point: { lengths: [0.8, 0.6] }, onError: 'throw' });
  expect(vector?.vector.every(Number.isFinite)).toBe(true);
  skimmed.dispose();
});

test('an embedding model is adapted on the corpus of a BEIR folder; its vectors lie in the index of its original', async () => {
  const { code, stdout, stderr } = await adapt('embedder', 'vectors', '--reducer', 'tome', '--json');
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('51 training and 13 dev') });
  expect(JSON.parse(stdout)).toMatchObject({
    trainExamples: 51,
    devExamples: 13,
    stages: [{ stage: 'adapt', steps: 7, best: { full: expect.any(Number), reduced: expect.any(Number) } }],
  });
  const { training, reducer } = readJson(at('vectors/model/length_adaptive.json')) as {
    training: { devScore: { full: number; reduced: number } };
    reducer: object;
  };
  expect(reducer).toMatchObject({ name: 'tome' });
  expect(training).toMatchObject({
    adaptedFrom: at('embedder'),
    originalWeights: expect.stringMatching(/^[0-9a-f]{16}$/),
    lengthDropEpochs: 1,
    dropRatioBound: 0.2,
    data: 'beir',
    examples: 51,
    devExamples: 13,
  });
  expect(training.devScore.full).toBeGreaterThan(0.97);
  const [original, adapted] = await Promise.all([load(at('embedder')), load(at('vectors/model'))]);
  expect(await adapted.identity()).toBe(await original.identity());
  const texts = ['a great film is good', 'the dull plot'];
  const [theirs, ours] = [
    await original.embed(texts, { onError: 'throw' }),
    await adapted.embed(texts, { point: { lengths: [0.8, 0.6] }, onError: 'throw' }),
  ];
  expect(ours.map(({ vector }) => vector.length)).toEqual(theirs.map(({ vector }) => vector.length));
  original.dispose();
  adapted.dispose();
  writeFileSync(at('lines.tsv'), `text\n${texts.join('\n')}\n`);
  const plan = ['--metric', 'fidelity', '--generations', '0', '--population', '4', '--no-latency'];
  const searched = await runMain([
    'search',
    ...small,
    '--model',
    at('vectors/model'),
    '--data',
    at('lines.tsv'),
    ...plan,
  ]);
  expect({ code: searched.code, stderr: searched.stderr }).toMatchObject({ code: 0 });
  expect(readJson(at('vectors/model/length_adaptive.json'))).toMatchObject({
    training: { adaptedFrom: at('embedder') },
    paretoSet: expect.any(Array),
  });
});

test('stopped and resumed, a run ends with the same losses and weights', async () => {
  const start = (out: string): string[] => ['adapt', ...common, '--model', at('embedder'), '--out', at(out)];
  expect((await runMain(start('whole'))).code).toBe(0);
  const stop = new AbortController();
  const metrics = at('parts/metrics.ndjson');
  const watch = setInterval(() => {
    if (existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 2) stop.abort();
  }, 1);
  const stopped = await runMain(start('parts'), { signal: stop.signal });
  clearInterval(watch);
  expect(stopped).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('go on with: lat adapt --resume --out'),
  });
  expect(await runMain(['adapt', '--resume', '--out', at('parts'), '--learning-rate', '1e-4'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--learning-rate is 0.0001'),
  });
  expect((await runMain(['adapt', '--resume', '--out', at('parts')])).code).toBe(0);
  expect(readLines(metrics)).toEqual(readLines(at('whole/metrics.ndjson')));
  expect(
    readFileSync(at('parts/model/model.safetensors')).equals(readFileSync(at('whole/model/model.safetensors'))),
  ).toBe(true);
});

test('a reranker learns the order of what BM25 finds: for titles, and for queries that are given', async () => {
  const titles = await adapt('reranker', 'titles', '--candidates', '4', '--limit', '20', '--json');
  expect(titles).toMatchObject({ code: 0 });
  expect(JSON.parse(titles.stdout)).toMatchObject({ trainExamples: 64, devExamples: 16, stages: [{ steps: 8 }] });
  writeFileSync(at('queries.txt'), 'great film\nboring music\nlovely story\n');
  const asked = await adapt('reranker', 'asked', '--queries', at('queries.txt'), '--candidates', '4', '--json');
  expect(asked).toMatchObject({ code: 0 });
  expect(JSON.parse(asked.stdout)).toMatchObject({ trainExamples: 8, devExamples: 4 });
  expect(readJson(at('asked/model/length_adaptive.json'))).toMatchObject({
    training: { adaptedFrom: at('reranker'), devScore: { full: expect.any(Number) } },
  });
  const ranked = [
    'rerank',
    ...small,
    '--model',
    at('asked/model'),
    '--query',
    'great film',
    'a dull plot',
    'a great film',
  ];
  expect((await runMain(ranked)).code).toBe(0);
});

test('texts come as lines, JSON lines or a list; titles are read with their texts', async () => {
  writeFileSync(at('lines.txt'), 'one text\n\nanother\n');
  writeFileSync(at('lines.jsonl'), '"one"\n{"title": "two", "text": "texts"}\n{"title": "", "text": ""}\n');
  writeFileSync(at('list.json'), '[{"text": "one"}, "two"]');
  expect(await readCorpus(at('lines.txt'))).toEqual([{ text: 'one text' }, { text: 'another' }]);
  expect(await readCorpus(at('lines.jsonl'))).toEqual([{ text: 'one' }, { title: 'two', text: 'texts' }]);
  expect(await readCorpus(at('list.json'))).toEqual([{ text: 'one' }, { text: 'two' }]);
  expect(await readCorpus(at('beir'))).toHaveLength(64);
});

test.each<[string, string, readonly string[], number, string]>([
  ['no texts at all', 'embedder', ['--texts', 'empty.txt'], 3, 'holds no text'],
  ['a line that is no JSON', 'embedder', ['--texts', 'broken.jsonl'], 3, 'broken.jsonl, line 1 is not JSON'],
  ['a line that is no text', 'embedder', ['--texts', 'odd.jsonl'], 3, 'odd.jsonl, line 1 is {"txt":1}'],
  ['queries for vectors', 'embedder', ['--queries', 'lines.txt'], 2, '--queries is for rerankers'],
  ['a model with labels', 'classes', [], 3, 'adapted by its labels'],
])('refused: %s', async (_, model, argv, code, message) => {
  await writeTinyModel(at('classes'));
  writeFileSync(at('empty.txt'), '\n');
  writeFileSync(at('lines.txt'), 'one\n');
  writeFileSync(at('broken.jsonl'), 'no\n');
  writeFileSync(at('odd.jsonl'), '{"txt":1}\n');
  const given = argv.map((word) => (/\.(txt|jsonl)$/.test(word) ? at(word) : word));
  const outcome = await adapt(model, 'refused', ...given);
  expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) });
});
