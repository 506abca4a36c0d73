import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMain, small } from '../testing/run-main.js';
import { readJson } from '../testing/files.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, writeTinyModel, writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const model = join(folder, 'model');
const dev = join(folder, 'dev.tsv');
const cases = join(__dirname, '../../../models/fixtures/cases/data');

beforeAll(() => writeToyProject(folder));

const evaluate = (...argv: readonly string[]) =>
  runMain(['evaluate', ...small, '--model', model, '--data', dev, ...argv]);
const evaluateJson = async (...argv: readonly string[]) =>
  JSON.parse((await evaluate('--json', ...argv)).stdout) as Record<string, never>;

test('score, examples, cost and configuration', async () => {
  const { code, stdout } = await evaluate('--config-at', '0.8,0.6', '--metric', 'accuracy,f1');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^accuracy {2}\d\.\d{4}\nf1 {8}\d\.\d{4}\nflips {5}\d\.\d{4} of the answers are others than at full length\nexamples {2}40 \(\d+\.\d tokens on average\)\ncost {6}\d+\.\d% of the full model's MACs\nlengths {3}0\.80 0\.60\n$/,
  );
});

test('as JSON, with --limit a sample that the seed decides', async () => {
  const all = await evaluateJson();
  expect(all).toMatchObject({
    scores: { accuracy: expect.any(Number) },
    examples: 40,
    cost: 1,
    point: { lengths: [1, 1] },
  });
  const sampled = await evaluateJson('--limit', '10');
  expect(sampled).toMatchObject({ examples: 10 });
  expect(await evaluateJson('--limit', '10')).toEqual(sampled);
  expect(await evaluateJson('--limit', '10', '--seed', '5')).not.toEqual(sampled);
});

test('flips are the share of predictions that are others than at full length; at full length there are none to tell of', async () => {
  const sentences = readFileSync(dev, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0] ?? '');
  const inputs = join(folder, 'sentences.txt');
  writeFileSync(inputs, `${sentences.join('\n')}\n`);
  const labels = async (...argv: readonly string[]): Promise<string[]> => {
    const { stdout } = await runMain(['predict', ...small, '--model', model, '--input', inputs, '--json', ...argv]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { label: string }).label);
  };
  const [full, short] = [await labels(), await labels('--length-config', '0.3,0.1')];
  const flipped = full.filter((label, i) => label !== short[i]).length;
  expect(flipped).toBeGreaterThan(0);
  expect(await evaluateJson('--config-at', '0.3,0.1')).toMatchObject({ flips: flipped / sentences.length });
  expect(await evaluateJson()).not.toHaveProperty('flips');
});

test('--min-score decides the exit code, after the result was printed', async () => {
  expect((await evaluate('--min-score', '0')).code).toBe(0);
  const { code, stdout, stderr } = await evaluate('--min-score', '1.1', '--out', join(folder, 'run'));
  expect(code).toBe(5);
  expect(stdout).toContain('accuracy');
  expect(stderr).toContain('below --min-score 1.1');
  expect(readJson(folder, 'run/result.json')).toMatchObject({ examples: 40 });
});

test('a model without label names takes the numbers of the data', async () => {
  const nameless = join(folder, 'nameless');
  cpSync(model, nameless, { recursive: true });
  writeFileSync(join(nameless, 'config.json'), JSON.stringify({ ...tinyConfig, id2label: undefined }));
  const data = join(folder, 'numbers.tsv');
  writeFileSync(data, 'sentence\tlabel\na great film\t1\na dull film\t0\n');
  expect(await runMain(['evaluate', ...small, '--model', nameless, '--data', data])).toMatchObject({
    code: 0,
    stderr: '',
  });
});

describe('a model of three labels', () => {
  const three = join(folder, 'three');
  const data = join(cases, 'f1-switch/dev.tsv'); // two of the three occur

  beforeAll(() => writeTinyModel(three, { id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' } }));

  test.each([[], ['--length-config', '0.5,0.2']])(
    'f1 is refused before anything runs, with what to choose (%j)',
    async (...config) => {
      const out = join(folder, 'f1');
      expect(await evaluate('--model', three, '--data', data, '--metric', 'f1', '--out', out, ...config)).toMatchObject(
        {
          code: 3,
          stdout: '',
          stderr: expect.stringContaining('this model has 3. Choose f1_macro, the mean over all labels, or f1_micro'),
        },
      );
      expect(existsSync(out)).toBe(false);
    },
  );

  test('f1_macro and f1_micro are what accuracy and the counts say', async () => {
    const { code, stdout } = await evaluate(
      '--model',
      three,
      '--data',
      data,
      '--metric',
      'f1_macro,f1_micro,accuracy,probability',
    );
    expect(code).toBe(0);
    const scores = Object.fromEntries(
      [...stdout.matchAll(/^(\w+) +(0\.\d{4})$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
    expect(Object.keys(scores)).toEqual(['f1_macro', 'f1_micro', 'accuracy', 'probability']);
    expect(scores['f1_micro']).toBe(scores['accuracy']);
    expect(scores['f1_macro']).toBeLessThanOrEqual(2 / 3);
  });
});

describe('a first label that is called as columns are', () => {
  const questions = join(folder, 'questions');
  const data = join(cases, 'tsv-first-row-lost/train.tsv');
  const both = ['--text-column', '1', '--label-column', '2'];

  beforeAll(() => writeTinyModel(questions, { id2label: { 0: 'question', 1: 'statement' } }));

  test.each([
    [[], 4],
    [both, 4],
    [['--no-header'], 4],
    [[...both, '--no-header'], 4],
    [[...both, '--header'], 3],
  ])('%j reads %i examples', async (argv, examples) => {
    expect(await evaluateJson('--model', questions, '--data', data, ...argv)).toMatchObject({ examples });
  });

  test('where it may be either, it is asked about', async () => {
    const unclear = join(folder, 'unclear.tsv');
    writeFileSync(unclear, 'What is it ?\tquestion\nIt works .\tstatement\n');
    expect(await evaluate('--model', questions, '--data', unclear)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--header or --no-header'),
    });
    expect(await evaluateJson('--model', questions, '--data', unclear, '--no-header')).toMatchObject({ examples: 2 });
  });
});

test.each<[string, readonly string[], number, string]>([
  ['no such data', ['--data', 'absent.tsv'], 4, 'absent.tsv'],
  ['a column that is not there', ['--label-column', 'mood'], 3, 'no column "mood"'],
  ['more tokens than positions', ['--max-length', '600'], 3, 'the model has 40 positions'],
  ['a budget for a model that was never searched', ['--budget', 'cost=0.5'], 3, 'Search it first'],
  ['a metric that does not exist', ['--metric', 'accuracy,beauty'], 2, 'expected some of accuracy'],
  ['an output folder under a file', ['--out', join(dev, 'run')], 3, 'cannot be written'],
])('%s', async (_, argv, code, message) => {
  expect(await evaluate(...argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

test('an unknown label names the example', async () => {
  const data = join(folder, 'labels.tsv');
  writeFileSync(data, 'sentence\tlabel\na great film\tgood\na film\tugly\n');
  expect(await evaluate('--data', data)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('Example 2: Label "ugly" is not one of this model\'s labels: bad, good'),
  });
});

test('a reducer that the task cannot take is refused before anything is written; its settings stand behind its name', async () => {
  const reader = join(folder, 'reader');
  await writeTinyModel(reader, { architectures: ['BertForQuestionAnswering'], id2label: undefined });
  const data = join(folder, 'questions.json');
  const paragraphs = [
    {
      context: 'a great film',
      qas: [{ id: '1', question: 'what film', answers: [{ text: 'great', answer_start: 2 }] }],
    },
  ];
  writeFileSync(data, JSON.stringify({ version: '1.1', data: [{ title: 'films', paragraphs }] }));
  const out = join(folder, 'refused');
  const read = (reducer: string) =>
    runMain(['evaluate', ...small, '--model', reader, '--data', data, '--reducer', reducer, '--out', out]);
  const { code, stderr } = await read('tome');
  expect(code).toBe(3);
  expect(stderr).toMatch(/question-answering cannot take the reducer tome .* --reducer "tome;unmerge=own"/);
  expect(existsSync(out)).toBe(false);
  expect((await read('tome;unmerge=own')).code).toBe(0);
  expect(readJson(out, 'result.json')).toMatchObject({ reducer: { name: 'tome', unmerge: 'own' } });
});
