import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuseOrders } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const documents = [
  'a great film with a moving story',
  'dull plot and weak actor',
  'the music was superb',
  'it was on a scene of the movie but very boring',
];
const query = 'great music';

interface Shown {
  readonly results: readonly { readonly index: number; readonly score: number; readonly document: unknown }[];
  readonly [more: string]: unknown;
}

const rerank = (...argv: readonly string[]) => runMain(['rerank', ...small, ...argv]);
const json = async (...argv: readonly string[]): Promise<Shown[]> => {
  const { code, stdout, stderr } = await rerank('--json', ...argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Shown);
};
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

beforeAll(async () => {
  await writeTinyModel(at('model'), {
    architectures: ['BertForSequenceClassification'],
    id2label: { 0: 'LABEL_0' },
    num_hidden_layers: 3,
    initializer_range: 0.4,
  });
  await writeTinyModel(at('classifier'), { initializer_range: 0.4 });
  writeFileSync(at('documents.txt'), `${documents.join('\n')}\n`);
  writeFileSync(
    at('candidates.jsonl'),
    lines([
      { query, documents },
      { query: 'weak story', documents: documents.map((text, id) => ({ id, text })).reverse() },
    ]),
  );
});

test('a line a document, the best first: what predict gives the pairs, one by one', async () => {
  const scores: number[] = [];
  for (const document of documents) {
    const { stdout } = await runMain([
      ...['predict', ...small, '--json', '--model', at('model'), '--pair', document, query],
    ]);
    scores.push((JSON.parse(stdout) as { score: number }).score);
  }
  const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const { code, stdout, stderr } = await rerank('--model', at('model'), '--query', query, ...documents);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toEqual(
    order.map((index) => `${scores[index]?.toFixed(4)}\t${index}\t100%\t${documents[index]}`),
  );
});

test('documents of arguments and of a file, topK, a budget, a configuration, a cascade', async () => {
  const [given] = await json('--model', at('model'), '--query', query, ...documents);
  const [read] = await json('--model', at('model'), '--query', query, '--documents', at('documents.txt'));
  expect({ ...read, milliseconds: 0 }).toEqual({ ...given, milliseconds: 0 });
  const [two] = await json('--model', at('model'), '--query', query, '--top-k', '2', ...documents);
  expect(two?.results).toEqual(given?.results.slice(0, 2));
  const [cheap] = await json('--model', at('model'), '--query', query, '--budget', 'cost=0.9', ...documents);
  expect(cheap?.['cost']).toBeLessThanOrEqual(0.9);
  const [cascade] = await json(
    ...['--model', at('model'), '--query', query, '--length-config', '1,0.6,0.6', '--keep', '2', ...documents],
  );
  expect(cascade?.['stages']).toEqual([
    { point: { lengths: [1, 0.6, 0.6] }, documents: 4, inputs: 4 },
    { point: { lengths: [1, 1, 1] }, documents: 2, inputs: 2 },
  ]);
});

test('many queries, a deadline, and a run that is kept', async () => {
  const argv = [
    '--model',
    at('model'),
    '--candidates',
    at('candidates.jsonl'),
    '--deadline',
    '60000',
    '--out',
    at('run'),
  ];
  const rankings = await json(...argv);
  expect(rankings.map((ranking) => ranking['query'])).toEqual([query, 'weak story']);
  expect(rankings[1]?.results[0]?.document).toMatchObject({ id: expect.any(Number), text: expect.any(String) });
  expect(rankings[0]).toMatchObject({ unseen: [], failed: [], milliseconds: expect.any(Number) });
  expect(readJson(folder, 'run/result.json')).toMatchObject({ rankings: [{ query }, { query: 'weak story' }] });
});

test('of many queries one that found nothing has an empty ranking, and one that cannot be read its error', async () => {
  const file = at('some.jsonl');
  writeFileSync(
    file,
    lines([
      { query: 'nothing', documents: [] },
      { query: ' ', documents },
      { query: 'great '.repeat(400), documents },
      { query, documents },
    ]),
  );
  const { code, stdout, stderr } = await rerank(
    '--json',
    '--model',
    at('model'),
    '--candidates',
    file,
    '--out',
    at('some'),
  );
  expect(code).toBe(3);
  const error = { code: expect.stringMatching(/^TEXT_/), message: expect.any(String) };
  const shown = [
    { query: 'nothing', results: [], failed: [], unseen: [] },
    { query: ' ', error },
    { error },
    { query, results: documents.map(() => expect.anything()) },
  ];
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject(shown);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { message: expect.stringMatching(/^2 of 4 queries were not ranked/) },
  });
  expect(readJson(at('some/result.json'))['rankings']).toMatchObject(shown);
  const searched = await rerank('--json', '--model', at('model'), '--candidates', file, '--search-cascades');
  expect(searched).toMatchObject({ code: 3, stderr: expect.stringContaining('TEXT_EMPTY') });
  writeFileSync(
    file,
    lines([
      { query: 'nothing', documents: [] },
      { query, documents },
    ]),
  );
  const [record] = await json('--model', at('model'), '--candidates', file, '--search-cascades');
  expect(record).toMatchObject({ lists: 1, documents: documents.length });
});

test('cascades are searched without labels and kept in the folder of the model', async () => {
  const { code, stdout } = await rerank(
    '--model',
    at('model'),
    '--candidates',
    at('candidates.jsonl'),
    '--search-cascades',
  );
  expect(code).toBe(0);
  const found = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  expect(found.at(-1)?.slice(0, 3)).toEqual(['1.000', '1.0000', '0']);
  const ours = JSON.parse(readFileSync(at('model/length_adaptive.json'), 'utf8')) as Record<string, unknown>;
  expect(ours['rerank']).toMatchObject({ lists: 2, documents: 8 });
  expect((ours['rerank'] as { cascades: unknown[] }).cascades).toHaveLength(found.length);
  const [within] = await json('--model', at('model'), '--query', query, '--budget', 'cost=1', ...documents);
  expect(within?.['cost']).toBeLessThanOrEqual(1);
});

test('the order of a first search counts where it is said to', async () => {
  const lengths = ['--length-config', '1,0.4,0.4', '--query', query];
  const indexes = async (...argv: readonly string[]): Promise<number[]> =>
    (await json('--model', at('plain'), ...lengths, ...argv, ...documents))[0]?.results.map(({ index }) => index) ?? [];
  await writeTinyModel(at('plain'), {
    architectures: ['BertForSequenceClassification'],
    id2label: { 0: 'LABEL_0' },
    num_hidden_layers: 3,
    initializer_range: 0.4,
  });
  const alone = await indexes();
  expect(await indexes('--ordered')).toEqual(fuseOrders([alone, documents.map((_, index) => index)]));
  const { code } = await rerank(
    ...['--model', at('plain'), '--candidates', at('candidates.jsonl'), '--search-cascades', '--ordered'],
  );
  expect(code).toBe(0);
  expect(readJson(folder, 'plain/length_adaptive.json')).toMatchObject({ rerank: { ordered: true } });
});

test('a cross-encoder is trained from labelled pairs', async () => {
  const words = 'film movie plot actor scene story music'.split(' ');
  writeFileSync(
    at('pairs.jsonl'),
    lines(
      words.flatMap((word, i) => [
        { text: word, pair: `a great ${word}`, label: 1 },
        { text: word, pair: `a great ${words[(i + 1) % words.length]}`, label: 0 },
      ]),
    ),
  );
  const { code, stderr } = await runMain([
    ...['train', ...small, '--model', at('classifier'), '--train', at('pairs.jsonl'), '--task', 'rerank', '--quiet'],
    ...['--epochs', '1', '--length-drop-epochs', '1', '--batch-size', '7', '--out', at('trained')],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readJson(folder, 'trained/model/config.json')).toMatchObject({ id2label: { 0: 'LABEL_0' } });
  expect(readJson(folder, 'trained/model/length_adaptive.json')).toMatchObject({ prior: { name: 'question-overlap' } });
  const [ranking] = await json('--model', at('trained/model'), '--query', 'film', 'a great film', 'a great plot');
  expect(ranking?.results.map(({ index }) => index).sort()).toEqual([0, 1]);
});

test('a classifier ranks by a label', async () => {
  const [ranking] = await json('--model', at('classifier'), '--label', 'good', '--query', query, ...documents);
  for (const { score } of ranking?.results ?? []) expect(score).toBeLessThanOrEqual(1);
});

test.each<[string, readonly string[], number, string]>([
  ['no query', ['a film'], 2, 'Give --query with documents, or --candidates'],
  ['both', ['--query', 'x', '--candidates', 'y.jsonl'], 2, 'Give --query with documents, or --candidates'],
  ['an empty query', ['--query', ' ', 'a film'], 3, 'The query is empty'],
  ['no documents', ['--query', 'film'], 3, 'no documents to rank'],
  ['a topK of 0', ['--query', 'film', '--top-k', '0', 'a film'], 2, '--top-k'],
  ['a budget of time', ['--query', 'film', '--budget', 'latency=5ms', 'a film'], 2, 'give --deadline'],
  ['keep alone', ['--query', 'film', '--keep', '2', 'a film'], 2, '--keep needs --length-config'],
  ['a search without lists', ['--query', 'film', '--search-cascades', 'a film'], 2, 'needs --candidates'],
  [
    'a search with an adapter',
    ['--candidates', 'x.jsonl', '--search-cascades', '--adapter', 'a'],
    2,
    'opens otherwise without --adapter',
  ],
  ...[
    ['--top-k', '3'],
    ['--deadline', '50'],
    ['--budget', 'cost=0.5'],
    ['--length-config', '1,0.6,0.6'],
    ['--keep', '2'],
  ].map((other): [string, readonly string[], number, string] => [
    `a search with ${other[0]}`,
    ['--candidates', at('candidates.jsonl'), '--search-cascades', ...other],
    2,
    `${other[0]} came with --search-cascades`,
  ]),
  ['no such file', ['--candidates', 'absent.jsonl'], 4, 'absent.jsonl'],
])('%s is refused', async (_, argv, code, message) => {
  const outcome = await rerank('--model', at('model'), ...argv);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toContain(message);
});

test('a line that is no list of candidates is named', async () => {
  writeFileSync(at('broken.jsonl'), `${JSON.stringify({ query, documents })}\n{"query":"x","documents":[3]}\n`);
  const { code, stderr } = await rerank('--model', at('model'), '--candidates', at('broken.jsonl'));
  expect(code).toBe(3);
  expect(stderr).toMatch(/broken.jsonl, line 2 is .*expected \{"query"/);
});

test('a document with a second text is refused, for it is read with the query alone', async () => {
  writeFileSync(at('pairs-of-documents.jsonl'), lines(['a film', { text: 'a film', pair: 'its plot' }]));
  expect(
    await rerank('--model', at('model'), '--query', query, '--documents', at('pairs-of-documents.jsonl')),
  ).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('document 2: a second text') });
});

test('nothing is left in memory', async () => {
  const before = tf.memory().numTensors;
  await rerank('--model', at('model'), '--query', query, ...documents);
  await rerank('--model', at('model'), '--query', ' ', ...documents);
  expect(tf.memory().numTensors).toBe(before);
});
