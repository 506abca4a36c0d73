/**
 * A family, a reducer and a task of somebody's own, one file each, on the command line: registered before the command starts, every command takes
 * them from there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@length-adaptive/core';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { startProcess, type TestProcess } from '@length-adaptive/tools/testing/start-process';
import { until } from '@length-adaptive/tools/testing/until';
import { readJson } from './testing/files.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeTinyModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const parts = ['models/examples/plain-family.ts', 'core/examples/own-reducer.ts', 'models/examples/repeats.ts'].map(
  (file) => join(__dirname, '../..', file),
);
const [firstImport = '', ...imports] = parts.map((file) => `--import=${file}`);

/** config.json of a small model of the family. */
const plain = { model_type: 'plain', depth: 2, width: 32, heads: 2, inner_width: 64, positions: 40 };

const bin = join(__dirname, 'bin.ts');

/** The command line as a process of its own, with `node --import` of the parts or without. */
const start = (args: readonly string[], { known = true } = {}): TestProcess =>
  known
    ? startProcess(firstImport, { args: [...imports, bin, ...args], cwd: folder })
    : startProcess(bin, { args, cwd: folder });

/** Runs a command in this process, where the parts are known too; gives what it printed. */
const run = async (...args: readonly string[]): Promise<string> => {
  for (const part of parts) await import(part);
  const { runMain } = await import('./testing/run-main.js');
  const { code, stdout, stderr } = await runMain(args);
  expect({ code, stderr }).toMatchObject({ code: 0 });

  return stdout;
};

beforeAll(async () => {
  for (const part of parts) await import(part);
  await writeTinyModel(at('base'), plain);
  const words = 'the a this that film movie plot actor scene story music was is good great bad poor'.split(' ');
  const random = createRandom(1);
  const pick = (): string => words[random.integer(0, words.length - 1)] ?? '';
  const texts = Array.from({ length: 160 }, () => {
    const word = pick();
    const others = Array.from({ length: random.integer(2, 6) }, pick);
    return [...others, ...new Array<string>(random.integer(2, 5)).fill(word)].join(' ');
  });
  writeFileSync(at('train.txt'), `${texts.slice(0, 120).join('\n')}\n`);
  writeFileSync(at('test.txt'), `${texts.slice(120).join('\n')}\n`);
});

test('`node --import` of their files makes them known, and nothing else does', async () => {
  const [help, other] = [
    start(['train', '--help']),
    start(['train', '--model', 'base', '--train', 'train.txt', '--task', 'repeats', '--out', 'x'], { known: false }),
  ];
  expect(await help.exit()).toBe(0);
  expect(help.printed()).toContain('repeats');
  expect(await other.exit()).toBe(2);
});

describe.each(['tfjs', 'onnx'])('on %s', (engine) => {
  const options = ['--engine', engine, '--threads', '1'];
  const model = ['--model', at(engine, 'model')];
  const dataFile = ['--data', at('test.txt')];

  test('train, evaluate, search, export and predict', async () => {
    const learning = ['--epochs', '4', '--length-drop-epochs', '3', '--learning-rate', '5e-3', '--dev-share', '0.2'];
    const named = ['--model', at('base'), '--train', at('train.txt'), '--task', 'repeats', '--reducer', 'large-values'];
    await run('train', ...options, ...named, ...learning, '--out', at(engine));
    expect(readJson(at(engine, 'model/config.json'))).toMatchObject({
      model_type: 'plain',
      length_adaptive_task: 'repeats',
    });
    expect(readJson(at(engine, 'model/length_adaptive.json'))).toMatchObject({ reducer: { name: 'large-values' } });

    const scored = await run('evaluate', ...options, ...model, ...dataFile, '--length-config', '0.8,0.6', '--json');
    const { scores, examples } = JSON.parse(scored) as { scores: { pearson: number }; examples: number };
    expect(examples).toBe(40);
    expect(scores.pearson).toBeGreaterThan(0.5);

    const sizes = ['--population', '6', '--generations', '2', '--no-latency'];
    await run('search', ...options, ...model, ...dataFile, ...sizes);
    expect(readJson(at(engine, 'model/length_adaptive.json'))).toMatchObject({ paretoSet: expect.any(Array) });

    const written = ['--precision', 'fp32', '--out', at(engine, 'onnx')];
    expect(await run('export', '--threads', '1', ...model, ...dataFile, ...written)).toContain('same tokens kept');
    const text = 'a film is a film is a film';
    const [own, exported] = [
      await run('predict', ...options, ...model, '--budget', 'cost=0.9', '--json', text),
      await run('predict', '--engine', 'onnx', '--model', at(engine, 'onnx'), '--budget', 'cost=0.9', '--json', text),
    ].map((printed) => JSON.parse(printed) as { label: string; score: number });
    expect(exported?.label).toBe(own?.label);
    expect(exported?.score).toBeCloseTo(own?.score ?? Number.NaN, 3);
  });
});

test('a server answers, by its own routes and by the Open Inference Protocol', async () => {
  const port = await freePort();
  const server = start(['serve', at('onnx/onnx'), '--port', String(port), '--threads', '1']);
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const posted = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return (await fetch(url + path, body === undefined ? {} : posted)).json();
  };
  try {
    await until(async () => (await fetch(`${url}/v2/health/ready`).catch(() => undefined))?.ok === true);
    const text = 'a film is a film is a film';
    expect(await ask('/v1/classify', { text })).toMatchObject({ score: expect.any(Number) });
    expect(await ask('/v1/tag', { text })).toMatchObject({
      error: expect.stringContaining('does repeats; /v1/tag is for token-classification'),
    });
    expect(await ask('/v2/models/onnx')).toMatchObject({
      inputs: [{ name: 'text' }],
      outputs: [
        { name: 'label', datatype: 'BYTES' },
        { name: 'score', datatype: 'FP32' },
      ],
    });
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [text] }];
    const answered = await ask('/v2/models/onnx/infer', { inputs });
    expect(answered).toMatchObject({ outputs: [{ name: 'label' }, { name: 'score' }] });
  } finally {
    await server.end('SIGTERM');
  }
});
