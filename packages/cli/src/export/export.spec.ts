import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const paretoSet = [
  { point: { lengths: [0.5, 0.25] }, score: 0.8, cost: 0.5 },
  { point: { lengths: [1, 1] }, score: 0.9, cost: 1 },
];

beforeAll(async () => {
  await writeToyProject(folder);
  writeFileSync(at('model/length_adaptive.json'), JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet }));
});

const exportModel = (...argv: readonly string[]) => runMain(['export', ...small, '--model', at('model'), ...argv]);
const predict = async (model: string, ...argv: readonly string[]) => {
  const { code, stdout, stderr } = await runMain([
    'predict',
    '--engine',
    'onnx',
    '--threads',
    '1',
    '--json',
    '--model',
    model,
    'the film was really great',
    ...argv,
  ]);
  return {
    code,
    stderr,
    answer: (stdout === '' ? undefined : JSON.parse(stdout)) as Record<string, unknown> | undefined,
  };
};

test('writes files that say how near they are, and that predict runs without the weights', async () => {
  const before = tf.memory().numTensors;
  const { code, stdout, stderr } = await exportModel('--out', at('exported'));
  expect(code).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(
      /exported\/onnx\/model\.onnx {2}\d\.\d MB {2}largest difference \S+ of 0\.0001 allowed {2}same tokens kept in 8 of 8 inputs$/,
    ),
    expect.stringMatching(
      /exported\/onnx\/model_quantized\.onnx {2}\d\.\d MB {2}same answers \S+ \/ \S+ \/ \S+ % {2}logits off by \S+ \/ \S+ \/ \S+ of what they vary {2}largest difference \S+ {2}31 inputs$/,
    ),
    '',
  ]);
  expect(stderr).toContain(`Run it with: lat predict --model ${at('exported')} --engine onnx 'Some text.'`);
  expect(stderr).toContain('transformers.js');
  expect(readdirSync(at('exported')).sort()).toEqual([
    'config.json',
    'length_adaptive.json',
    'onnx',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);

  for (const argv of [[], ['--budget', 'cost=0.75'], ['--length-config', '0.9,0.4']]) {
    const [exported, original] = [await predict(at('exported'), ...argv), await predict(at('model'), ...argv)];
    expect({ argv, ...exported }).toEqual({ argv, ...original });
    expect(exported.code).toBe(0);
  }
  expect((await predict(at('exported'), '--precision', 'int8')).code).toBe(0);
  expect(await predict(at('exported'), '--precision', 'fp16')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('model_fp16.onnx'),
  });
});

test('a configuration that is built in is what runs, and nothing else does', async () => {
  const { stdout } = await exportModel(
    '--out',
    at('built-in'),
    '--budget',
    'cost=0.6',
    '--precision',
    'fp32',
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    out: at('built-in'),
    point: { lengths: [0.5, 0.25] },
    files: [
      {
        path: 'onnx/model.onnx',
        precision: 'fp32',
        verification: { inputs: 8, passed: true, points: [{ point: { lengths: [0.5, 0.25] } }] },
      },
    ],
  });
  const { answer } = await predict(at('built-in'));
  expect(answer).toMatchObject({ point: { lengths: [0.5, 0.25] } });
  expect(answer).toEqual((await predict(at('model'), '--budget', 'cost=0.75')).answer);
  expect(await predict(at('built-in'), '--length-config', 'full')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('built in'),
  });
  const evaluated = await runMain([
    'evaluate',
    '--engine',
    'onnx',
    '--model',
    at('built-in'),
    '--data',
    at('dev.tsv'),
    '--json',
  ]);
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ point: { lengths: [0.5, 0.25] }, examples: 40 });
});

test('into the model itself, verified on texts of the user', async () => {
  const { code, stdout } = await exportModel('--data', at('dev.tsv'), '--limit', '5', '--precision', 'fp16', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    out: at('model'),
    point: null,
    files: [{ path: 'onnx/model_fp16.onnx', verification: { inputs: 5 } }],
  });
  expect(existsSync(at('model/onnx/model_fp16.onnx'))).toBe(true);
  expect(readJson(at('model/length_adaptive.json'))).toMatchObject({ paretoSet });
  expect((await runMain(['predict', ...small, '--model', at('model'), 'great'])).code).toBe(0);
});

test('texts with labels are what files are scored on', async () => {
  const options = ['--out', at('scored'), '--data', at('dev.tsv'), '--limit', '5', '--precision', 'int8'] as const;
  const [shown, found] = [await exportModel(...options), await exportModel(...options, '--json')];
  expect(shown).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/accuracy \d\.\d{4} \(before \d\.\d{4}\) {2}5 inputs\n$/),
  });
  const score = { metric: 'accuracy', reference: expect.any(Number), engine: expect.any(Number) };
  expect(JSON.parse(found.stdout)).toMatchObject({ files: [{ verification: { inputs: 5, score } }] });
  writeFileSync(at('texts.tsv'), 'sentence\nthe film was great\na bad film\n');
  const unlabelled = await exportModel('--out', at('compared'), '--data', at('texts.tsv'), '--precision', 'int8');
  expect(unlabelled).toMatchObject({ code: 0, stderr: expect.stringContaining('has no labels of this model') });
  expect(unlabelled.stdout).not.toContain('accuracy');
});

test('a tolerance of logits and a share of answers contradict each other', async () => {
  const { code, stderr } = await exportModel(
    '--out',
    at('unlike'),
    '--precision',
    'int8',
    '--least-agreement',
    '1',
    '--tolerance',
    '0.1',
  );
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('give one of them') });
});

test('a file that fails its verification is not kept', async () => {
  const { code, stdout, stderr } = await exportModel('--out', at('strict'), '--tolerance', '1e-12');
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(stderr).toContain('at most 1e-12 is allowed');
  expect(readdirSync(folder).filter((name) => name.startsWith('strict'))).toEqual([]);
});

test('without verification', async () => {
  const { code, stdout } = await exportModel('--out', at('unverified'), '--no-verify', '--precision', 'int8');
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/model_quantized\.onnx {2}\d\.\d MB {2}not verified\n$/),
  });
});

test('stopped', async () => {
  const signal = AbortSignal.abort();
  expect(await runMain(['export', ...small, '--model', at('model'), '--out', at('stopped')], { signal })).toMatchObject(
    { code: 130, stdout: '' },
  );
  expect(existsSync(at('stopped'))).toBe(false);
});

test.each<[string, readonly string[], number, string]>([
  ['a folder that cannot be written', ['--out', at('dev.tsv', 'out'), '--precision', 'fp32'], 3, 'cannot be written'],
  ['a latency, which no file has', ['--budget', 'latency=20ms'], 2, 'depends on the machine'],
  ['budget and configuration', ['--budget', 'cost=1', '--length-config', 'full'], 2, 'not both'],
  ['a tolerance of nothing', ['--no-verify', '--tolerance', '1'], 2, '--tolerance is for the verification'],
  ['a precision that does not exist', ['--precision', 'int4'], 2, 'some of fp32, fp16, int8'],
  ['a configuration of other layers', ['--length-config', '0.5,0.4,0.3'], 3, '3 entries for a model of 2 layers'],
  ['a model of elsewhere', ['--model', 'npm:some/model'], 2, 'give --out DIR'],
  ['no such texts', ['--data', 'absent.tsv'], 4, 'absent.tsv'],
])('%s', async (_, argv, code, message) => {
  expect(await exportModel(...argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});
