/** Searching an embedding model by what queries find: the score of a point is what `lat evaluate` prints for it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const words =
  'film movie plot actor scene story music good great fine lovely bad poor awful dull boring the a is'.split(' ');

beforeAll(async () => {
  await writeTinyModel(at('model'), { id2label: undefined, architectures: ['BertModel'], initializer_range: 0.3 });
  const random = createRandom(5);
  const text = (count: number): string =>
    Array.from({ length: count }, () => words[random.integer(0, words.length - 1)]).join(' ');
  const documents = Array.from({ length: 40 }, (_, i) => ({ _id: `d${i}`, title: text(2), text: text(12) }));
  const queries = Array.from({ length: 12 }, (_, i) => ({
    _id: `q${i}`,
    text: documents[3 * i]?.text.split(' ').slice(0, 6).join(' '),
  }));
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  mkdirSync(at('beir/qrels'), { recursive: true });
  writeFileSync(at('beir/corpus.jsonl'), lines(documents));
  writeFileSync(at('beir/queries.jsonl'), lines(queries));
  const judged = queries.map(({ _id }, i) => `${_id}\td${3 * i}\t1\n`).join('');
  writeFileSync(at('beir/qrels/test.tsv'), `query-id\tcorpus-id\tscore\n${judged}`);
});

const search = (...argv: readonly string[]) =>
  runMain(['search', ...small, '--model', at('model'), '--data', at('beir'), '--no-latency', ...argv]);

test('points are scored by nDCG@10, and evaluate gives the same of the same point', async () => {
  const { code, stderr } = await search('--metric', 'ndcg@10', '--generations', '0', '--population', '4', '--out', at('run')); // prettier-ignore
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { paretoSet, search: record } = readJson(at('run/length_adaptive.json')) as {
    paretoSet: { point: { lengths: number[] }; score: number }[];
    search: object;
  };
  expect(record).toMatchObject({ metric: 'ndcg@10', examples: 40 });
  for (const { point, score } of [...paretoSet.slice(0, 1), ...paretoSet.slice(-1)]) {
    const argv = ['evaluate', ...small, '--model', at('model'), '--data', at('beir'), '--json'];
    const { stdout } = await runMain([...argv, '--length-config', point.lengths.join(',')]);
    const { scores } = JSON.parse(stdout) as { scores: Record<string, number> };
    expect(scores['ndcg@10']).toBeCloseTo(score, 6);
  }
});

test('a sample of the documents keeps those that are judged; fidelity needs no judgement', async () => {
  const plan = ['--generations', '0', '--population', '4', '--limit', '20', '--out'];
  expect((await search('--metric', 'fidelity', ...plan, at('near'))).code).toBe(0);
  expect(readJson(at('near/result.json'))).toMatchObject({ examples: 20, metric: 'fidelity' });
});

test.each<[string, readonly string[], number, string]>([
  ['examples set aside', ['--held-out-share', '0.5'], 2, '--held-out-share is for files of examples'],
  ['a metric of pairs', ['--metric', 'spearman'], 3, 'needs pairs of texts'],
])('refused: %s', async (_, argv, code, message) => {
  const given = argv.includes('--metric') ? argv : ['--metric', 'ndcg@10', ...argv];
  const outcome = await search(...given, '--out', at('refused'));
  expect(outcome).toMatchObject({ code, stderr: expect.stringContaining(message) });
});

test('refused: texts without queries', async () => {
  writeFileSync(at('texts.tsv'), 'text\na great film\na dull plot\n');
  const outcome = await runMain([
    ...['search', ...small, '--model', at('model'), '--data', at('texts.tsv'), '--metric', 'ndcg@10'],
    ...['--out', at('refused')],
  ]);
  expect(outcome).toMatchObject({ code: 3, stderr: expect.stringContaining('as a BEIR folder has them') });
});
