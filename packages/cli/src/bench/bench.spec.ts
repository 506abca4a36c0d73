import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLengthAdaptiveFile, openTrainedModel } from '@length-adaptive/models';
import { exportGraph, hostModel } from '@length-adaptive/onnx';
import type { BenchRow } from './bench-rows.js';
import type { RunMainOptions } from '../testing/run-main.js';
import { runMain, small } from '../testing/run-main.js';
import { readJson } from '../testing/files.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel } from '../testing/tiny-model.js';
import { wellFormed } from '../testing/well-formed.js';
import type { BenchResult } from './bench.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const points = [0.2, 0.4, 0.6, 0.8].map((ratio) => ({
  point: { lengths: [ratio + 0.1, ratio] },
  score: ratio,
  cost: ratio + 0.1,
}));

beforeAll(async () => {
  await writeTinyModel(at('model'));
  cpSync(at('model'), at('searched'), { recursive: true });
  writeFileSync(
    at('searched/length_adaptive.json'),
    formatLengthAdaptiveFile({ format: 'length-adaptive', version: 2, paretoSet: points }),
  );
  const { model } = await openTrainedModel(at('model'));
  writeFileSync(at('other.onnx'), exportGraph(await hostModel(model), { point: { lengths: [1, 1] } }));
  model.dispose();
});

const bench = (argv: readonly string[], options?: RunMainOptions) =>
  runMain(
    ['bench', ...small, '--seconds', '0', '--batch', '1,3', '--lengths', '8,16', '--model', at('model'), ...argv],
    options,
  );

const benchJson = async (...argv: readonly string[]): Promise<BenchResult> => {
  const { code, stdout, stderr } = await bench(['--json', ...argv]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
  return JSON.parse(stdout) as BenchResult;
};

const namesOf = (rows: readonly BenchRow[], batch: number, tokens: number): string[] =>
  rows
    .filter((row) => row.batch === batch && row.tokens === tokens)
    .map(({ engine, precision, config }) => `${engine} ${precision} ${config}`);

test('every engine and precision at every configuration, with what padding costs, and figures that fit each other', async () => {
  const { rows, configs, notes } = await benchJson(
    '--engines',
    'onnx,tfjs',
    '--precision',
    'fp32,int8',
    '--configs',
    'full,0.7,0.6',
  );
  const own = (name: string, padding: boolean): string[] => [
    `${name} unpadded full`,
    `${name} ratios 1`,
    ...(padding ? [`${name} padded 16`] : []),
  ];
  const all = (padding: boolean): string[] =>
    ['onnx fp32', 'onnx int8', 'tfjs fp32'].flatMap((name) => own(name, padding));
  for (const batch of [1, 3]) {
    expect(namesOf(rows, batch, 8)).toEqual(all(true));
    expect(namesOf(rows, batch, 16)).toEqual(all(false));
  }
  expect(configs.map(({ point }) => point.lengths)).toEqual([
    [1, 1],
    [0.7, 0.6],
  ]);
  expect(notes).toEqual([expect.stringContaining('transformers.js is left out')]);
  for (const row of rows) {
    const cell = rows.filter(({ batch, tokens }) => batch === row.batch && tokens === row.tokens);
    const full = cell.find(({ engine, precision }) => engine === row.engine && precision === row.precision);
    expect(row.inputsPerSecond).toBeCloseTo((1000 * row.batch) / row.p50Ms, 6);
    expect(row.ratioToFull).toBeCloseTo((full?.p50Ms ?? 0) / row.p50Ms, 8);
    expect(row.ratioToFirst).toBeCloseTo((cell[0]?.p50Ms ?? 0) / row.p50Ms, 8);
    expect(row.efficiency).toBeCloseTo(row.ratioToFull / row.macsGain, 8);
    expect(row.p95Ms).toBeGreaterThanOrEqual(row.p50Ms);
    expect(row.rounds).toBe(5);
    if (row.config === 'unpadded full') expect(row.macsGain).toBe(1);
    if (row.config === 'padded 16') expect(row.macsGain).toBeLessThan(0.6);
    if (row.config === 'ratios 1') expect(row.macsGain).toBeGreaterThan(1.1);
  }
});

test('a searched model is measured at the points nearest to cost 0.7, 0.5 and 0.3, another at chains', async () => {
  const { configs } = await benchJson('--model', at('searched'));
  expect(configs).toEqual([
    { name: 'unpadded full', point: { lengths: [1, 1] } },
    ...[2, 1, 0].map((i) => ({ name: `pareto ${i}`, point: points[i]?.point })),
  ]);
  const chosen = await benchJson('--model', at('searched'), '--configs', '3,0;12,6@16');
  expect(chosen.configs.map(({ name }) => name)).toEqual(['unpadded full', 'pareto 3', 'pareto 0', 'ratios 1']);
  expect(chosen.configs.at(-1)?.point.lengths).toEqual([0.75, 0.375]);
  const { rows } = await benchJson('--lengths', '40');
  const half = rows.find(({ config }) => config.startsWith('chain'));
  expect(half?.macsGain).toBeCloseTo(2, 0);
});

test('the table, its notes, another export, and the files of a run', async () => {
  writeFileSync(at('texts.txt'), 'the film is great\na dull story\n');
  const argv = [
    '--onnx',
    at('other.onnx'),
    '--data',
    at('texts.txt'),
    '--lengths',
    '8,16,64',
    '--pad-to',
    '20',
    '--out',
    at('run'),
  ];
  const { code, stdout, stderr } = await bench(argv);
  expect(code).toBe(0);
  expect(stderr).toContain('Length 64 is left out: the model has 40 positions.');
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(
    /^batch {2}tokens {2}engine +config +p50 ms +p95 ms +inputs\/s +x full +x first +MACs gain +efficiency$/,
  );
  expect(lines.filter((line) => /^ +[13] +(8|16) +onnx fp32 +padded 20 /.test(line))).toHaveLength(4);
  expect(lines.filter((line) => /^ +[13] +(8|16) +onnx file as exported +unpadded full /.test(line))).toHaveLength(4);
  expect(stdout).toMatch(/\nunpadded full {2}1\.00 1\.00\nchain [\d.]+ +0\.\d\d 0\.\d\d\n/);
  expect(readJson(at('run'), 'config.json')).toMatchObject({
    batch: [1, 3],
    lengths: [8, 16, 64],
    padTo: 20,
    seed: 42,
    engines: ['onnx'],
  });
  expect(readJson(at('run'), 'versions.json')).toHaveProperty('node');
  expect(readJson(at('run'), 'result.json')).toMatchObject({
    rows: expect.arrayContaining([expect.objectContaining({ config: 'padded 20' })]),
  });
  wellFormed(readFileSync(join(at('run'), 'bench.svg'), 'utf8'));
  expect(await runMain(['bench', '--config', join(at('run'), 'config.json'), '--print-config'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"padTo": 20'),
  });
});

test('Ctrl-C ends it with 130 and no result', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 1500);
  const { code, stdout, stderr } = await bench(['--seconds', '600', '--out', at('stopped')], { signal: stop.signal });
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toContain('interrupted: The benchmark was stopped');
  expect(existsSync(join(at('stopped'), 'result.json'))).toBe(false);
});

test.each<[string, readonly string[], number, string]>([
  [
    'a batch of nothing',
    ['--batch', '1,0'],
    2,
    '--batch is "1,0"; expected a whole number of at least 1, or several with commas between them',
  ],
  ['an unknown engine', ['--engines', 'onnx,torch'], 2, 'expected some of onnx, tfjs'],
  ['a word that is no configuration', ['--configs', 'full,best'], 3, 'Cannot read the length configuration "best"'],
  ['a point that is not there', ['--configs', '4'], 3, '--configs is 4 but this model was never searched'],
  ['ratios of another depth', ['--configs', '0.8,0.6,0.4'], 3, 'it has 3 entries for a model of 2 layers'],
  ['lengths that are all too long', ['--lengths', '128'], 3, 'the model has 40 positions'],
  ['padding beyond the positions', ['--pad-to', '64'], 3, '--pad-to is 64 but the model has 40 positions'],
  ['no such export', ['--onnx', 'absent.onnx'], 4, 'absent.onnx cannot be read'],
  ['an export that is none', ['--onnx', __filename], 3, 'is not opened by ONNX Runtime'],
  ['no such texts', ['--data', 'absent.txt'], 4, 'absent.txt'],
  ['no such model', ['--model', 'absent'], 4, 'absent'],
])('%s', async (_, argv, code, message) => {
  expect(await bench(argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});
