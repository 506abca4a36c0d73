import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, writeTinyModel } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const model = join(folder, 'model');
const searched = join(folder, 'searched');

const predict = (...argv: readonly string[]) => runMain(['predict', ...small, ...argv]);

/** A copy of the model with something changed. */
const variant = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  cpSync(model, join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, name, file), content);
  return join(folder, name);
};

beforeAll(async () => {
  await writeTinyModel(model);
  const paretoSet = [
    { point: { lengths: [0.5, 0.25] }, score: 0.8, cost: 0.5 },
    { point: { lengths: [1, 1] }, score: 0.9, cost: 1 },
  ];
  variant('searched', { 'length_adaptive.json': JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet }) });
});

test('a line a text with label, confidence, cost and tokens', async () => {
  const { code, stdout, stderr } = await predict('--model', model, 'a great film', 'dull');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^(good|bad)\t\d+\.\d%\tcost 1\.00\t5 -> 5 tokens\ta great film$/),
    expect.stringMatching(/^(good|bad)\t\d+\.\d%\tcost 1\.00\t3 -> 3 tokens\tdull$/),
    '',
  ]);
});

test('a text with a token that the model has no embedding for is named, and so is the token beforehand', async () => {
  const larger = variant('larger', { 'vocab.txt': `${readFileSync(join(model, 'vocab.txt'), 'utf8')}zebra\n` });
  const id = tinyConfig.vocab_size;
  const { code, stdout, stderr } = await predict('--model', larger, 'a great film', 'a great zebra');
  expect({ code, lines: stdout.split('\n') }).toEqual({
    code: 3,
    lines: [
      expect.stringContaining('a great film'),
      expect.stringMatching(/^error\tTEXT_UNSUPPORTED\tText 2: .*a great zebra$/),
      '',
    ],
  });
  expect(stderr).toContain(
    `The tokenizer has ${id + 1} ids and the model embeddings for ${id}: texts with "zebra" (${id}) are refused.`,
  );
  expect(stderr).toContain(`Text 2: The text needs the token "zebra" (id ${id})`);
});

test('on a terminal lines fit its width, and colour can be switched off', async () => {
  const long = 'the film was really great and very very very moving';
  const coloured = await runMain(['predict', ...small, '--model', model, long], { terminal: 70 });
  expect(coloured.stdout).toContain('\x1b[1m');
  const plain = await runMain(['predict', ...small, '--model', model, long, '--no-color'], { terminal: 70 });
  expect(plain.stdout).not.toContain('\x1b');
  expect(plain.stdout.trimEnd().length).toBeLessThanOrEqual(70);
  expect(
    (await runMain(['predict', ...small, '--model', model, long], { terminal: 70, env: { NO_COLOR: '1' } })).stdout,
  ).toBe(plain.stdout);
});

test('JSON lines from a file, from stdin and from arguments say the same', async () => {
  writeFileSync(join(folder, 'texts.txt'), 'a great film\r\na dull plot\n');
  writeFileSync(join(folder, 'texts.jsonl'), '{"text":"a great film"}\n"a dull plot"\n');
  const given = await predict('--json', '--model', model, 'a great film', 'a dull plot');
  expect(
    given.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { text: 'a great film', label: expect.any(String), cost: 1, tokens: 5, keptTokens: [5, 5] },
    { text: 'a dull plot', point: { lengths: [1, 1] } },
  ]);
  for (const input of ['texts.txt', 'texts.jsonl'])
    expect(await predict('--json', '--model', model, '--input', join(folder, input))).toEqual(given);
  expect(
    await runMain(['predict', ...small, '--json', '--model', model, '--input', '-'], {
      stdin: 'a great film\na dull plot',
    }),
  ).toEqual(given);
});

test('two texts come as a pair of a JSON line', async () => {
  writeFileSync(join(folder, 'pairs.jsonl'), '{"text":"a great film","pair":"a fine film"}\n');
  const { stdout } = await predict('--json', '--model', model, '--input', join(folder, 'pairs.jsonl'));
  expect(JSON.parse(stdout)).toMatchObject({ text: 'a great film', pair: 'a fine film', tokens: 9 });
});

test('--pair is the second text of every text: of arguments, and of lines that have none of their own', async () => {
  const plain = join(folder, 'unpaired.txt');
  writeFileSync(plain, 'great\na dull plot\n');
  const mixed = join(folder, 'mixed.jsonl');
  writeFileSync(mixed, '"great"\n{"text":"a dull plot","pair":"weak"}\n{"txt":"x"}\n');
  const pairs = async (...argv: readonly string[]): Promise<unknown[]> => {
    const { stdout } = await predict('--json', '--model', model, '--pair', 'a fine film', ...argv);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string; pair?: string; tokens?: number })
      .map(({ text, pair, tokens }) => [text, pair, tokens]);
  };
  const given = await pairs('great', 'a dull plot');
  expect(given).toEqual([
    ['great', 'a fine film', 7],
    ['a dull plot', 'a fine film', 9],
  ]);
  expect(await pairs('--input', plain)).toEqual(given);
  expect(await pairs('--input', mixed)).toEqual([
    given[0],
    ['a dull plot', 'weak', 7],
    ['{"txt":"x"}', undefined, undefined],
  ]);
});

test.each([
  [
    ['--budget', 'cost=0.75'],
    [0.5, 0.25],
  ],
  [
    ['--budget', 'cost=75%'],
    [0.5, 0.25],
  ],
  [
    ['--budget', 'score=0.85'],
    [1, 1],
  ],
  [
    ['--budget', 'latency=9s'],
    [1, 1],
  ],
  [
    ['--length-config', '0'],
    [0.5, 0.25],
  ],
  [
    ['--length-config', 'full'],
    [1, 1],
  ],
  [
    ['--length-config', '0.9,0.4'],
    [0.9, 0.4],
  ],
  [
    ['--length-config', '8,4@16'],
    [0.5, 0.25],
  ],
])('%j runs at %j', async (argv, lengths) => {
  const { code, stdout, stderr } = await predict('--json', '--model', searched, ...argv, 'the film was really great');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ point: { lengths } });
});

test('no text costs more than the budget; one that nothing is within is told what can be had, which is then had', async () => {
  const short = 'the film was really great';
  const long = 'the film was really great and very very very moving';
  const { code, stdout } = await predict('--json', '--model', searched, '--budget', 'cost=0.7', short, long);
  expect(code).toBe(3);
  const [refused, answered] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { cost: number; error?: { nearest: { cost: number } } });
  expect(refused).toMatchObject({
    text: short,
    error: { code: 'BUDGET_INFEASIBLE', nearest: { point: { lengths: [0.5, 0.25] }, cost: expect.any(Number) } },
  });
  expect(answered?.cost).toBeLessThanOrEqual(0.7);
  const nearest = refused?.error?.nearest.cost ?? Number.NaN;
  expect(nearest).toBeGreaterThan(0.7);
  const again = await predict('--json', '--model', searched, '--budget', `cost=${nearest}`, short);
  expect(JSON.parse(again.stdout)).toMatchObject({ cost: nearest, point: { lengths: [0.5, 0.25] } });
  const alone = await predict('--json', '--model', searched, '--budget', 'cost=0.7', short);
  expect(alone).toMatchObject({ code: 3, stdout: '' });

  // As a wish it is granted as far as it can be, and the answer says so.
  for (const wish of ['cost=0.7;nearest', 'latency=0.000001ms; nearest', 'score=0.99;nearest']) {
    const wished = await predict('--json', '--model', searched, '--budget', wish, short);
    expect(wished.code).toBe(0);
    expect(JSON.parse(wished.stdout)).toMatchObject({ text: short, overBudget: true });
  }
  const kept = await predict('--json', '--model', searched, '--budget', 'cost=0.7;nearest', long);
  expect(JSON.parse(kept.stdout)).not.toHaveProperty('overBudget');
  const shown = await predict('--model', searched, '--budget', 'cost=0.7;nearest', short);
  expect(shown.stdout).toContain(', over the budget\t');
  expect(JSON.parse(alone.stderr)).toMatchObject({ error: { code: 'BUDGET_INFEASIBLE', nearest: { cost: nearest } } });
});

test('--out keeps the run', async () => {
  await predict('--model', model, '--out', join(folder, 'run'), 'great');
  expect(readJson(folder, 'run/config.json')).toMatchObject({ model, threads: 1 });
  expect(readJson(folder, 'run/versions.json')).toMatchObject({
    node: process.version,
    packages: { '@tensorflow/tfjs': '4.22.0' },
  });
  expect(readJson(folder, 'run/result.json')).toMatchObject({ predictions: [{ tokens: 3 }] });
});

test('nothing is left in memory', async () => {
  const before = tf.memory().numTensors;
  await predict('--model', model, 'great');
  await predict('--model', model, '');
  expect(tf.memory().numTensors).toBe(before);
});

describe('bad input', () => {
  const long = 'the film '.repeat(30);

  test.each<[string, readonly string[], number, string]>([
    ['no text', [], 2, 'nothing to predict'],
    ['no such model', ['--model', 'nowhere', 'x'], 4, 'There is no folder "nowhere"'],
    ['a file for a model', ['--model', __filename, 'x'], 3, 'is a file'],
    ['an empty text', [''], 3, 'Text 1: The text "" has no tokens'],
    ['a text longer than the positions', [long], 3, 'has 62 tokens but the model has 40 positions'],
    ['a configuration that rises', ['--length-config', '0.5,0.8', 'x'], 3, 'is larger than the one before it'],
    [
      'a configuration of other layers',
      ['--length-config', '0.5,0.4,0.3', 'x'],
      3,
      '3 entries for a model of 2 layers',
    ],
    ['a configuration beyond the set', ['--length-config', '7', 'x'], 3, 'never searched'],
    ['a negative budget', ['--budget', 'cost=-1', 'x'], 3, 'Budget cost is -1'],
    ['a threshold of several labels', ['--threshold', '0.9', 'x'], 2, '--threshold is for several labels a text'],
    ['answers of questions', ['--answers', '3', 'x'], 2, '--answers is for questions, and the model does'],
    ['their length', ['--max-answer-tokens', '3', 'x'], 2, '--max-answer-tokens is for questions'],
    ['a budget of a strange form', ['--budget', 'money=1', 'x'], 2, 'write cost=0.5'],
    ['a budget with a wrong unit', ['--budget', 'cost=5ms', 'x'], 2, 'the unit "ms"'],
    ['a score nobody measured', ['--budget', 'score=0.9', 'x'], 3, 'never searched'],
    ['budget and configuration at once', ['--budget', 'cost=1', '--length-config', 'full', 'x'], 2, 'not both'],
    ['no such input', ['--input', 'absent.txt'], 4, 'absent.txt'],
  ])('%s', async (_, argv, code, message) => {
    const outcome = await predict(...(argv.includes('--model') ? [] : ['--model', model]), ...argv);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('--truncate cuts a long text instead', async () => {
    expect(JSON.parse((await predict('--json', '--truncate', '--model', model, long)).stdout)).toMatchObject({
      tokens: 40,
    });
  });

  describe('of several texts, one that cannot be read has its error in its place, and the others are predicted', () => {
    const lines = (stdout: string): Record<string, unknown>[] =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const codeOf = ({ error }: Record<string, unknown>): unknown => (error as { code: string } | undefined)?.code;

    test('from stdin', async () => {
      const { code, stdout, stderr } = await runMain(
        ['predict', ...small, '--json', '--model', model, '--input', '-'],
        { stdin: `great\n${long}\n\nbad\n` },
      );
      expect(code).toBe(3);
      const given = lines(stdout);
      expect(given.map(codeOf)).toEqual([undefined, 'TEXT_TOO_LONG', 'INPUT_INVALID', undefined]);
      expect(given.map(({ text }) => text)).toEqual(['great', long, '', 'bad']);
      expect(given[0]).toMatchObject({ tokens: 3 });
      expect(given[2]).toMatchObject({ error: { message: expect.stringContaining('stdin, line 3 is empty') } });
      expect(stderr).toContain('2 of 4 texts were not predicted');
      expect(stderr).toMatch(/Text 2: .*\(--truncate\) And 1 more\./);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });

    test('from JSON lines, one of which is none', async () => {
      const file = join(folder, 'broken.jsonl');
      writeFileSync(file, '{"text":"great"}\n{"text":\n"bad"\n{"text":" "}\n');
      const { code, stdout } = await predict(
        '--json',
        '--model',
        model,
        '--input',
        file,
        '--out',
        join(folder, 'broken'),
      );
      expect({ code, codes: lines(stdout).map(codeOf) }).toEqual({
        code: 3,
        codes: [undefined, 'INPUT_INVALID', undefined, 'TEXT_EMPTY'],
      });
      expect(
        (readJson(folder, 'broken/result.json') as { predictions: Record<string, unknown>[] }).predictions.map(codeOf),
      ).toEqual([undefined, 'INPUT_INVALID', undefined, 'TEXT_EMPTY']);
    });

    test('from arguments, for people', async () => {
      const { code, stdout } = await predict('--model', model, 'great', '', 'bad');
      expect(code).toBe(3);
      const [first, error, last] = stdout.trimEnd().split('\n');
      expect(error).toMatch(/^error\tTEXT_EMPTY\tText 2: The text "" has no tokens.*\t$/);
      expect([first, last].map((line) => line?.split('\t').at(-1))).toEqual(['great', 'bad']);
    });
  });

  test('weights that end too early', async () => {
    const whole = readFileSync(join(model, 'model.safetensors'));
    const broken = variant('truncated', { 'model.safetensors': whole.subarray(0, whole.length - 100) });
    expect(await predict('--model', broken, 'x')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('model.safetensors'),
    });
  });

  test('weights of another shape', async () => {
    const other = variant('shape', { 'config.json': JSON.stringify({ ...tinyConfig, hidden_size: 64 }) });
    expect(await predict('--model', other, 'x')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('has shape'),
    });
  });

  test('no stack trace, unless it is asked for', async () => {
    expect((await predict('--model', 'nowhere', 'x')).stderr).not.toContain('    at ');
    expect(
      (await runMain(['predict', ...small, '--model', 'nowhere', 'x'], { env: { DEBUG: 'length-adaptive' } })).stderr,
    ).toContain('    at ');
  });
});
