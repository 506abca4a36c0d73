import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rankDocuments, scoreRetrieval } from '../scoring/retrieval.js';
import { testWithData } from '../testing/data-folder.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { isBeirFolder, readBeir } from './beir.js';

const folder = temporaryFolder();
const header = 'query-id\tcorpus-id\tscore';
const corpus = [
  { _id: 'd1', title: 'Cats', text: 'sleep' },
  { _id: 'd2', text: 'dogs' },
  { _id: 3, title: '', text: '' },
];
const queries = [
  { _id: 'q1', text: 'which animal sleeps' },
  { _id: 'q2', text: 'nobody judged this' },
];

const write = (name: string, qrels: readonly string[], files: Readonly<Record<string, string | Uint8Array>> = {}) => {
  const to = join(folder, name);
  mkdirSync(join(to, 'qrels'), { recursive: true });
  const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const all = {
    'corpus.jsonl': lines(corpus),
    'queries.jsonl': lines(queries),
    'qrels/test.tsv': qrels.join('\n'),
    ...files,
  };
  for (const [path, content] of Object.entries(all)) writeFileSync(join(to, path), content);
  return to;
};

test('documents are title and text, queries those that are judged', async () => {
  const path = write('plain', [header, 'q1\td1\t2', 'q1\t3\t0']);
  expect(await isBeirFolder(path)).toBe(true);
  expect(await isBeirFolder(folder)).toBe(false);
  const data = await readBeir(path);
  expect(data).toEqual({
    documents: [
      { id: 'd1', text: 'Cats sleep' },
      { id: 'd2', text: 'dogs' },
      { id: '3', text: '' },
    ],
    queries: [{ id: 'q1', text: 'which animal sleeps' }],
    judgements: new Map([
      [
        'q1',
        new Map([
          ['d1', 2],
          ['3', 0],
        ]),
      ],
    ]),
  });
});

test('another split, packed, without a header', async () => {
  const path = write('packed', [header, 'q1\td1\t2'], { 'qrels/dev.tsv.gz': gzipSync('q2\td2\t1\n') });
  const { queries: found } = await readBeir(path, { split: 'dev' });
  expect(found.map(({ id }) => id)).toEqual(['q2']);
});

test.each<[string, readonly string[], Readonly<Record<string, string>>, string, RegExp]>([
  ['an unknown query', [header, 'q9\td1\t1'], {}, 'DATA_INVALID', /line 2: there is no query "q9"/],
  ['an unknown document', [header, 'q1\td9\t1'], {}, 'DATA_INVALID', /line 2: there is no document "d9"/],
  ['a grade that is none', [header, 'q1\td1\thigh'], {}, 'DATA_INVALID', /line 2: expected the id of a query/],
  ['no judgement', [header], {}, 'DATA_INVALID', /holds no judgement/],
  [
    'a document twice',
    [header, 'q1\td1\t1'],
    { 'corpus.jsonl': '{"_id":"d1","text":"a"}\n{"_id":"d1","text":"b"}\n' },
    'DATA_INVALID',
    /line 2: the id "d1" came before/,
  ],
  [
    'a document without text',
    [header, 'q1\td1\t1'],
    { 'corpus.jsonl': '{"_id":"d1"}\n' },
    'DATA_INVALID',
    /line 1: expected \{"_id"/,
  ],
  [
    'a line that is no JSON',
    [header, 'q1\td1\t1'],
    { 'queries.jsonl': 'what\n' },
    'DATA_INVALID',
    /queries.jsonl, line 1: not JSON/,
  ],
])('%s is refused', async (name, qrels, files, code, message) => {
  await expect(readBeir(write(name.replaceAll(' ', '-'), qrels, files))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test('a split that is not there is named', async () => {
  await expect(readBeir(write('split', [header, 'q1\td1\t1']), { split: 'train' })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringContaining('no qrels/train.tsv (nor qrels/train.tsv.gz)') as string,
  });
});

test('documents are found by the cosine of their vectors, a query never finds itself', () => {
  const documents = new Map([
    ['a', [2, 0]],
    ['b', [1, 1]],
    ['q', [0, 1]],
  ]);
  const vectors = new Map([['q', [0, 3]]]);
  expect(
    rankDocuments(documents, vectors)
      .get('q')
      ?.map(({ id }) => id),
  ).toEqual(['b', 'a']);
  const judgements = new Map([['q', new Map([['a', 1]])]]);
  expect(scoreRetrieval(documents, vectors, { judgements })).toMatchObject({ 'mrr@10': 1 / 2, 'recall@10': 1 });
});

testWithData('scifact/corpus.jsonl.gz', 'SciFact has the counts that are published', async (file) => {
  const { documents, queries: asked, judgements } = await readBeir(join(file, '..'));
  const judged = [...judgements.values()].reduce((sum, { size }) => sum + size, 0);
  expect([documents.length, asked.length, judged]).toEqual([5183, 300, 339]);
});
