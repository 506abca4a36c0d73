import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import type { Prediction } from '@length-adaptive/models';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const onnx = ['--engine', 'onnx', '--threads', '1'];
const filler = 'the a this that film movie plot actor scene story'.split(' ');
const words = { praise: ['superb', 'lovely', 'funny'], blame: ['dull', 'weak', 'silly'] };

interface Opinion {
  readonly text: string;
  readonly labels: readonly string[];
}

/** Texts with a word of praise, of blame, both or neither; none is of the label `spam`. */
const opinions = (count: number, seed: number): Opinion[] => {
  const random = createRandom(seed);
  const pick = (from: readonly string[]): string => from[random.integer(0, from.length - 1)] ?? '';
  return Array.from({ length: count }, (_, i) => {
    const text = Array.from({ length: random.integer(4, 10) }, () => pick(filler));
    const labels = (['praise', 'blame'] as const).filter((__, kind) => (i >> kind) % 2 === 1);
    for (const label of labels) text.splice(random.integer(0, text.length), 0, pick(words[label]));
    return { text: text.join(' '), labels };
  });
};

const asColumns = (rows: readonly Opinion[]): string =>
  [
    'id,comment,praise,spam,blame',
    ...rows.map(({ text, labels }, i) =>
      [i, text, ...['praise', 'spam', 'blame'].map((label) => Number(labels.includes(label)))].join(),
    ),
  ].join('\n');
const asCells = (rows: readonly Opinion[], separator: string): string =>
  ['text,labels', ...rows.map(({ text, labels }) => `${text},${labels.join(separator)}`)].join('\n');
const asLines = (rows: readonly Opinion[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

const columns = ['--text-column', 'comment', '--label-columns', 'praise,spam,blame'];

beforeAll(async () => {
  await writeTinyModel(at('base'));
  writeFileSync(at('train.csv'), asColumns(opinions(320, 1)));
  writeFileSync(at('test.csv'), asColumns(opinions(60, 2)));
  writeFileSync(at('cells.csv'), asCells(opinions(60, 2), ' / '));
  writeFileSync(at('test.jsonl'), asLines(opinions(60, 2)));
});

const labelled = ({ label }: Prediction): string => label;

test('several labels a text: train with LengthDrop, evaluate at reduced lengths, search, predict under a budget, inspect, export, compress', async () => {
  const { code, stdout, stderr } = await runMain([
    'train',
    ...onnx,
    '--model',
    at('base'),
    '--train',
    at('train.csv'),
    ...columns,
    '--dev-share',
    '0.1',
    '--epochs',
    '8',
    '--length-drop-epochs',
    '2',
    '--learning-rate',
    '5e-3',
    '--drop-ratio-bound',
    '0.3',
    '--out',
    at('run'),
    '--json',
  ]);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('New head for praise, spam, blame.'),
  });
  expect(JSON.parse(stdout)).toMatchObject({
    trainExamples: 288,
    labels: ['praise', 'spam', 'blame'],
    stages: [{ stage: 'fine-tune' }, { stage: 'length-drop', best: { reduced: expect.any(Number) } }],
  });
  expect(readJson(at('run/model/config.json'))).toMatchObject({
    problem_type: 'multi_label_classification',
    architectures: ['BertForSequenceClassification'],
    id2label: { 0: 'praise', 1: 'spam', 2: 'blame' },
  });

  const model = ['--model', at('run/model')];
  const metrics = ['--metric', 'f1_micro,f1_macro,average_precision,accuracy,probability,fidelity'];
  const evaluated = (...data: readonly string[]) =>
    runMain(['evaluate', ...onnx, ...model, '--length-config', '0.9,0.8', ...metrics, '--data', ...data]);
  const scored = await evaluated(at('test.csv'), ...columns, '--min-score', '0.8', '--json');
  expect(scored).toMatchObject({ code: 0 });
  const { scores, perLabel } = JSON.parse(scored.stdout) as {
    readonly scores: Record<string, number>;
    readonly perLabel: Record<
      string,
      { readonly f1: number; readonly averagePrecision?: number; readonly positives: number }
    >;
  };
  expect(scores['f1_macro']).toBeCloseTo(
    ['praise', 'spam', 'blame'].reduce((sum, label) => sum + (perLabel[label]?.f1 ?? Number.NaN), 0) / 3,
    9,
  );
  expect(perLabel['spam']).toMatchObject({ positives: 0 });
  expect(perLabel['spam']).not.toHaveProperty('averagePrecision');
  expect(scores['average_precision']).toBeCloseTo(
    ((perLabel['praise']?.averagePrecision ?? Number.NaN) + (perLabel['blame']?.averagePrecision ?? Number.NaN)) / 2,
    9,
  );
  for (const data of [[at('cells.csv'), '--label-separator', '/'], [at('test.jsonl')]])
    expect((await evaluated(...data, '--json')).stdout).toBe(scored.stdout);
  const shown = await evaluated(at('test.jsonl'));
  expect(shown.stdout).toMatch(/average_precision {2}\d\.\d{4}\n/);
  expect(shown.stdout).toMatch(
    /\nlabel {3}average_precision {6}f1 {2}examples {2}predicted\npraise +\d\.\d{4} {2}\d\.\d{4} +30 +\d+\nspam +- +0\.0000 +0 +\d+\nblame /,
  );

  const searched = await runMain([
    'search',
    ...onnx,
    ...model,
    '--data',
    at('test.jsonl'),
    '--held-out-share',
    '0.4',
    '--generations',
    '1',
    '--population',
    '4',
    '--no-latency',
  ]);
  expect(searched).toMatchObject({ code: 0 });
  expect(readJson(at('run/model/length_adaptive.json'))).toMatchObject({ search: { metric: 'f1_micro' } });

  const predicted = async (...argv: readonly string[]): Promise<Prediction[]> => {
    const { code: exit, stdout: lines, stderr: notes } = await runMain(['predict', ...onnx, '--json', ...argv]);
    expect({ exit, notes }).toMatchObject({ exit: 0 });
    return lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Prediction);
  };
  const texts = ['the film superb and dull story', 'this plot lovely and the story', 'the story and this plot'];
  const answers = await predicted(...model, '--budget', 'cost=0.95', ...texts);
  expect(answers.map(labelled)).toEqual(['praise, blame', 'praise', '']);
  expect(answers[0]?.labels?.map(({ score }) => score).every((score) => score >= 0.5)).toBe(true);
  expect(Object.keys(answers[2]?.probabilities ?? {})).toEqual(['praise', 'spam', 'blame']);
  expect((await predicted(...model, '--threshold', '0', ...texts)).map(labelled)).toEqual(
    texts.map(() => 'praise, spam, blame'),
  );
  const lines = (await runMain(['predict', ...onnx, ...model, ...texts])).stdout
    .split('\n')
    .map((line) => line.split('\t'));
  expect(lines[0]).toMatchObject([
    expect.stringMatching(/^(praise, blame|blame, praise)$/),
    expect.stringMatching(/^\d+\.\d%, \d+\.\d%$/),
    'cost 1.00',
    expect.any(String),
    texts[0],
  ]);
  expect(lines[2]?.slice(0, 2)).toEqual(['-', '-']);
  expect(await runMain(['inspect', ...onnx, ...model, texts[0] ?? ''])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/(praise, blame|blame, praise) \d/),
  });

  const exported = await runMain([
    'export',
    '--threads',
    '1',
    ...model,
    '--out',
    at('onnx'),
    '--precision',
    'fp32',
    '--data',
    at('cells.csv'),
  ]);
  expect(exported).toMatchObject({ code: 0, stdout: expect.stringMatching(/in (\d+) of \1 inputs/) });
  expect(readJson(at('onnx/config.json'))).toMatchObject({ problem_type: 'multi_label_classification' });
  const again = await predicted('--model', at('onnx'), '--budget', 'cost=0.95', ...texts);
  expect(again.map(labelled)).toEqual(answers.map(labelled));
  const compressed = await runMain([
    'compress',
    '--threads',
    '1',
    ...model,
    '--out',
    at('small'),
    '--weights',
    'fp16',
    '--vocabulary',
    '40',
    '--data',
    at('cells.csv'),
  ]);
  expect(compressed).toMatchObject({ code: 0 });
  expect(readJson(at('small/config.json'))).toMatchObject({ problem_type: 'multi_label_classification' });
  const timed = await runMain([
    'bench',
    '--threads',
    '1',
    ...model,
    '--engines',
    'onnx',
    '--lengths',
    '8',
    '--batch',
    '1',
    '--seconds',
    '0.05',
    '--json',
  ]);
  expect(timed).toMatchObject({ code: 0 });
});

test('a trained head is kept for examples that lack some of its labels; lists of JSON lines are guessed, tfjs trains too', async () => {
  const rows = opinions(12, 3).map((row) => ({ ...row, labels: row.labels.filter((label) => label === 'blame') }));
  writeFileSync(at('blame.jsonl'), asLines(rows));
  const train = (model: string, out: string) =>
    runMain([
      'train',
      '--engine',
      'tfjs',
      '--threads',
      '1',
      '--model',
      at(model),
      '--train',
      at('blame.jsonl'),
      '--epochs',
      '0',
      '--length-drop-epochs',
      '1',
      '--out',
      at(out),
      '--json',
    ]);
  const kept = await train('run/model', 'kept');
  expect(kept).toMatchObject({ code: 0, stderr: expect.not.stringContaining('New head') });
  expect(JSON.parse(kept.stdout)).toMatchObject({ labels: ['praise', 'spam', 'blame'] });
  const anew = await train('base', 'anew');
  expect(anew).toMatchObject({ code: 0, stderr: expect.stringContaining('New head for blame.') });
  expect(readJson(at('anew/model/config.json'))).toMatchObject({
    problem_type: 'multi_label_classification',
    id2label: { 0: 'blame' },
  });
});

test.each<[string, readonly string[], string]>([
  [
    'a label that the model does not have',
    ['evaluate', '--model', 'run/model', '--data', 'unknown.jsonl'],
    'Label "toxic" is not one of this model\'s labels: praise, spam, blame.',
  ],
  [
    'a metric of single labels',
    ['evaluate', '--model', 'run/model', '--data', 'test.jsonl', '--metric', 'matthews'],
    'not scored by "matthews"; choose f1_micro, f1_macro, average_precision or accuracy',
  ],
  [
    'a column that is no label',
    [
      'train',
      '--model',
      'base',
      '--train',
      'train.csv',
      '--text-column',
      'comment',
      '--label-columns',
      'praise,id',
      '--out',
      'x',
    ],
    'column "id" is "2", expected 0 or 1.',
  ],
  [
    'examples without labels',
    ['train', '--model', 'base', '--train', 'none.jsonl', '--out', 'x'],
    'No training example has a label; multi-label classification needs one label or more.',
  ],
  [
    'a threshold that is no probability',
    ['predict', '--model', 'run/model', '--threshold', '2', 'a'],
    '--threshold is "2"',
  ],
])('refuses %s', async (_, argv, message) => {
  writeFileSync(at('unknown.jsonl'), asLines([{ text: 'a film', labels: ['toxic'] }]));
  writeFileSync(at('none.jsonl'), asLines([{ text: 'a film', labels: [] }]));
  const located = argv.map((word) =>
    /^(run|base|x|(train|test|unknown|none)\.\w+)(\/|$)/.test(word) ? at(word) : word,
  );
  const { code, stderr } = await runMain([...located, ...onnx]);
  expect(stderr).toContain(message);
  expect(code).toBeGreaterThan(0);
});

test('a student learns from what a teacher of several labels says', async () => {
  const { code, stderr } = await runMain([
    'distill',
    ...onnx,
    '--teacher',
    at('run/model'),
    '--student',
    'layers:1',
    '--stages',
    'prediction',
    '--epochs',
    '1',
    '--train',
    at('test.jsonl'),
    '--out',
    at('student'),
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(at('student/model/config.json'), 'utf8'))).toMatchObject({
    problem_type: 'multi_label_classification',
    num_hidden_layers: 1,
  });
});
