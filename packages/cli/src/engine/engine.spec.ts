import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const texts = ['the film was really great', 'dull', 'a lovely story, but the acting was awful and the music boring'];
const tfjs = ['--engine', 'tfjs', '--threads', '1'];
const onnx = ['--engine', 'onnx', '--threads', '1'];

beforeAll(async () => {
  await writeToyProject(folder);
});

type Json = Record<string, never>;
const json = async (...argv: readonly string[]): Promise<Json[]> => {
  const { code, stdout, stderr } = await runMain([...argv, '--json', '--quiet']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
};

/** Everything, with numbers only as far as the engines agree. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' && !Number.isInteger(part) ? Number(part.toFixed(3)) : part,
    ),
  );

test('predict gives the same on both engines', async () => {
  for (const length of ['full', '0.6,0.3']) {
    const argv = ['predict', '--model', at('model'), '--length-config', length, ...texts];
    expect(rounded(await json(...argv, ...onnx))).toEqual(rounded(await json(...argv, ...tfjs)));
  }
});

test('inspect names the same tokens, and the engine', async () => {
  const argv = ['inspect', '--model', at('model'), '--length-config', '0.6,0.3', texts[2] ?? ''];
  const [{ engine, precision, ...ours } = {}] = await json(...argv, ...onnx);
  const [{ engine: __, precision: _, backend: ___, ...theirs } = {}] = await json(...argv, ...tfjs);
  expect({ engine, precision }).toEqual({ engine: 'onnx', precision: 'fp32' });
  expect(rounded(ours)).toEqual(rounded(theirs));
});

test('evaluate gives the same scores, and names the engine in its result and its run', async () => {
  const argv = ['evaluate', '--model', at('model'), '--data', at('dev.tsv'), '--config-at', '0.7,0.5'];
  const [ours] = await json(...argv, ...onnx, '--out', at('evaluation'));
  const [theirs] = await json(...argv, ...tfjs);
  expect(theirs).toMatchObject({ engine: 'tfjs', precision: 'fp32', backend: 'wasm' });
  const { backend: _, ...rest } = theirs as Record<string, unknown>;
  expect(rounded(ours)).toEqual(rounded({ ...rest, engine: 'onnx' }));
  expect(readJson(at('evaluation/versions.json'))).toMatchObject({
    engine: { engine: 'onnx', precision: 'fp32' },
    packages: { '@length-adaptive/onnx': expect.any(String), 'onnxruntime-node': expect.any(String) },
  });
});

test('search finds the same configurations; stopped and resumed it stays on its engine', async () => {
  const plan = [
    'search',
    '--data',
    at('dev.tsv'),
    '--population',
    '6',
    '--generations',
    '2',
    '--metric',
    'accuracy',
    '--no-latency',
  ];
  const [onOnnx] = await json(...plan, '--model', at('model'), '--out', at('on-onnx'), ...onnx);
  const [onTfjs] = await json(...plan, '--model', at('model'), '--out', at('on-tfjs'), ...tfjs);
  const {
    engine,
    command,
    threads: _,
    lengthAdaptive: __,
    chart: ___,
    report: ____,
    ...ours
  } = onOnnx as Record<string, unknown>;
  expect(engine).toEqual({ engine: 'onnx', precision: 'fp32' });
  expect(command).toContain('--engine onnx');
  for (const [key, value] of Object.entries(ours))
    expect({ [key]: rounded(value) }).toEqual({ [key]: rounded((onTfjs as Record<string, unknown>)[key]) });

  const longer = await runMain([
    'search',
    '--resume',
    '--out',
    at('on-onnx'),
    '--model',
    at('model'),
    '--generations',
    '3',
    '--json',
  ]);
  expect(JSON.parse(longer.stdout)).toMatchObject({ generations: 3, engine: { engine: 'onnx' } });
  expect(
    await runMain(['search', '--resume', '--out', at('on-onnx'), '--model', at('model'), '--engine', 'tfjs']),
  ).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--engine is "tfjs" but the run in'),
  });
});

test('the search measures its speed on the engine, and the report says so', async () => {
  cpSync(at('model'), at('measured'), { recursive: true });
  const argv = [
    'search',
    ...onnx,
    '--model',
    at('measured'),
    '--data',
    at('dev.tsv'),
    '--limit',
    '8',
    '--generations',
    '0',
    '--population',
    '4',
    '--speed-samples',
    '1',
    '--speed-repeats',
    '1',
  ];
  expect((await runMain(argv)).code).toBe(0);
  expect(readJson(at('measured/length_adaptive.json'))).toMatchObject({
    search: { speed: { engine: 'onnx', precision: 'fp32', threads: 1 } },
  });
  expect(readFileSync(at('measured/search/report.html'), 'utf8')).toContain('onnx, fp32, 1 thread');
  const [answer] = await json('predict', ...onnx, '--model', at('measured'), '--budget', 'latency=9s', 'a great film');
  expect(answer).toMatchObject({ label: expect.any(String), cost: expect.any(Number) });
});

test('the program chooses onnx where it is installed, says so, and keeps the choice with the run', async () => {
  const argv = ['predict', '--model', at('model'), 'a great film'];
  const chosen = await runMain([...argv, '--out', at('run')]);
  expect(chosen).toMatchObject({ code: 0, stderr: 'Running on onnx, fp32.\n' });
  expect((await runMain([...argv, '--quiet'])).stderr).toBe('');
  expect(readJson(at('run/config.json'))).toMatchObject({ engine: 'onnx', precision: 'fp32' });
  expect(readJson(at('run/result.json'))).toMatchObject({
    engine: 'onnx',
    precision: 'fp32',
    predictions: [{ tokens: 5 }],
  });
  expect(await runMain(['predict', '--config', at('run/config.json'), 'a great film'])).toEqual({
    ...chosen,
    stderr: '',
  });
  expect((await runMain([...argv, '--precision', 'int8'])).stderr).toBe('Running on onnx, int8.\n');
});

test('a --backend is of tfjs, also in the configuration of an older run', async () => {
  writeFileSync(at('older.json'), JSON.stringify({ backend: 'cpu', model: at('model') }));
  const outcome = await runMain(['inspect', '--config', at('older.json'), '--json', 'a great film']);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(outcome.stdout)).toMatchObject({ engine: 'tfjs', backend: 'cpu' });
});

test.each([['fp16'], ['int8']])('%s answers nearly as fp32 does', async (precision) => {
  const [exact] = await json('predict', '--model', at('model'), ...onnx, texts[0] ?? '');
  const [near] = await json('predict', '--model', at('model'), ...onnx, '--precision', precision, texts[0] ?? '');
  expect(near).not.toEqual(exact);
  expect(Number(near?.['score'])).toBeCloseTo(Number(exact?.['score']), 1);
});

test('nothing is left in memory', async () => {
  const before = tf.memory().numTensors;
  await runMain(['predict', ...onnx, '--model', at('model'), 'great']);
  await runMain(['inspect', ...onnx, '--model', at('model'), 'great']);
  await runMain(['predict', ...onnx, '--model', at('model'), '']);
  expect(tf.memory().numTensors).toBe(before);
});

test.each<[string, readonly string[], number, string]>([
  [
    'a precision of tfjs',
    ['--engine', 'tfjs', '--precision', 'int8'],
    2,
    '--precision int8 is for --engine onnx; --engine tfjs computes in fp32 only',
  ],
  ['a precision of a backend', ['--backend', 'cpu', '--precision', 'fp16'], 2, '--backend cpu, which is of tfjs'],
  ['a backend of onnx', ['--engine', 'onnx', '--backend', 'cpu'], 2, '--backend cpu is for --engine tfjs'],
  ['an engine that does not exist', ['--engine', 'steam'], 2, 'one of auto, onnx, tfjs'],
  ['a model that is not there', [...onnx, '--model', 'nowhere'], 4, 'There is no folder "nowhere"'],
])('%s', async (_, argv, code, message) => {
  expect(await runMain(['predict', '--model', at('model'), 'x', ...argv])).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});
