import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextModel } from '@length-adaptive/models';
import { createZeroShotClassifier, openTrainedModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const model = join(folder, 'nli');
const labels = ['good', 'dull plot', 'music'];
const text = 'the film was really great and very very very moving so we liked the actor and the music';
const template = 'it is {} .';

const engines: Readonly<Record<string, readonly string[]>> = {
  tfjs: small,
  onnx: ['--engine', 'onnx', '--threads', '1'],
};
const classify = (engine: string, ...argv: readonly string[]) =>
  runMain(['predict', ...(engines[engine] ?? []), '--model', model, '--labels', labels.join(','), ...argv]);

let opened: TextModel;
beforeAll(async () => {
  await writeTinyModel(model, {
    id2label: { 0: 'contradiction', 1: 'neutral', 2: 'entailment' },
    initializer_range: 0.4,
  });
  const paretoSet = [
    { point: { lengths: [0.5, 0.25] }, score: 0.8, cost: 0.5 },
    { point: { lengths: [1, 1] }, score: 0.9, cost: 1 },
  ];
  writeFileSync(
    join(model, 'length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet }),
  );
  opened = await openTrainedModel(model, { prior: 'second-text' });
});
afterAll(() => opened.model.dispose());

interface Line {
  readonly text: string;
  readonly labels: readonly { readonly label: string; readonly score: number }[];
  readonly cost: number;
}

describe.each(Object.keys(engines))('on %s', (engine) => {
  test.each<[string, readonly string[], object]>([
    ['at full length', [], {}],
    ['under a budget', ['--budget', 'cost=0.9'], { budget: { cost: 0.9 } }],
    ['at a point', ['--length-config', '0.5,0.25'], { point: { lengths: [0.5, 0.25] } }],
    ['where several may be true', ['--multi-label'], { multiLabel: true }],
  ])('%s labels are as the library gives them', async (_, argv, options) => {
    const { code, stdout } = await classify(engine, ...argv, '--template', template, '--json', text);
    expect(code).toBe(0);
    const expected = await createZeroShotClassifier(opened).classify(text, labels, { template, ...options });
    const found = JSON.parse(stdout) as Line;
    expect(found).toMatchObject({ text, point: expected.point, tokens: expected.tokens });
    expect(found.cost).toBeCloseTo(expected.cost, 6);
    expect(found.labels.map(({ label }) => label)).toEqual(expected.labels.map(({ label }) => label));
    for (const [i, { score }] of found.labels.entries()) expect(score).toBeCloseTo(expected.labels[i]?.score ?? -1, 4);
  });
});

test('a line a text: the most probable label; of several that may be true those that reach the threshold', async () => {
  const { stdout } = await classify('tfjs', text, 'dull');
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^(good|dull plot|music)\t\d+\.\d%\tcost 1\.00\t\d+ tokens\tthe film was .*$/),
    expect.stringMatching(/^(good|dull plot|music)\t\d+\.\d%\tcost 1\.00\t\d+ tokens\tdull$/),
  ]);
  const several = await classify('tfjs', '--multi-label', '--threshold', '0', text);
  expect(several.stdout.split('\t')[0]?.split(', ').sort()).toEqual([...labels].sort());
  expect((await classify('tfjs', '--multi-label', '--threshold', '1', text)).stdout).toMatch(/^-\t-\t/);
});

test('a text that cannot be read has its error in its place', async () => {
  const input = join(folder, 'texts.jsonl');
  writeFileSync(input, [`{"text":"great"}`, `{"text":" "}`, `{"text":"great","pair":"dull"}`, ''].join('\n'));
  const { code, stdout } = await classify('tfjs', '--json', '--input', input);
  expect(code).toBe(3);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line & { readonly error?: { readonly code: string } });
  expect(lines.map(({ error }) => error?.code)).toEqual([undefined, 'TEXT_EMPTY', 'INPUT_INVALID']);
  expect(lines[0]?.labels).toHaveLength(3);
});

test.each<[string, readonly string[], number, string]>([
  ['an empty label', ['--labels', 'good,,bad', 'x'], 2, '--labels'],
  ['a label twice', ['--labels', 'good,good', 'x'], 3, 'comes twice'],
  ['a template without a place', ['--labels', 'good', '--template', 'It is.', 'x'], 3, 'write {} where it goes'],
  ['a template alone', ['--template', 'It is {}.', 'x'], 2, '--template is of zero-shot classification'],
  ['--multi-label alone', ['--multi-label', 'x'], 2, '--multi-label is of zero-shot classification'],
  ['a second text', ['--labels', 'good', '--pair', 'y', 'x'], 2, '--pair came with --labels'],
  ['a threshold for one label', ['--labels', 'good', '--threshold', '0.5', 'x'], 2, 'unless --multi-label'],
  [
    'hypotheses that would lose tokens',
    ['--labels', 'good', '--prior', 'none', '--budget', 'cost=0.9', text],
    3,
    "prior: 'second-text'",
  ],
])('refuses %s', async (_, argv, code, message) => {
  const outcome = await runMain(['predict', ...small, '--model', model, ...argv]);
  expect(outcome).toMatchObject({ code, stdout: '' });
  expect(outcome.stderr).toContain(message);
});

test('refuses a model that was not trained on natural language inference, and leaves nothing in memory', async () => {
  const other = join(folder, 'reviews');
  await writeTinyModel(other);
  cpSync(join(model, 'length_adaptive.json'), join(other, 'length_adaptive.json'));
  const before = tf.memory().numTensors;
  const { code, stderr } = await runMain(['predict', ...small, '--model', other, '--labels', 'good', 'x']);
  expect(code).toBe(3);
  expect(stderr).toContain('This model gives the labels bad, good; zero-shot classification needs');
  expect(tf.memory().numTensors).toBe(before);
});
