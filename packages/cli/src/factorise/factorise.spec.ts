import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperatingPoint } from '@length-adaptive/core';
import { pointText, readModelDirectory } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';
import type { FactoriseResult } from './factorise.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const paretoSet = [{ point: { lengths: [0.9, 0.8] }, score: 0.9, cost: 0.9 }];

beforeAll(async () => {
  await writeToyProject(folder);
  writeFileSync(
    at('model/length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, training: { epochs: 1 }, paretoSet }),
  );
});

const factorise = (...argv: readonly string[]) =>
  runMain(['factorise', ...small, '--model', at('model'), '--texts', at('train.tsv'), ...argv]);
const json = <T>({ stdout }: { readonly stdout: string }): T => JSON.parse(stdout) as T;
const evaluate = async (name: string, config: string, engine: string, data = 'test.tsv') => {
  const outcome = await runMain([
    'evaluate',
    ...['--model', at(name), '--data', at(data), '--length-config', config, '--engine', engine, '--threads', '1'],
    ...['--metric', 'fidelity', '--json', '--quiet'],
  ]);
  return {
    ...outcome,
    result: outcome.code === 0 ? json<{ scores: { fidelity: number }; cost: number }>(outcome) : undefined,
  };
};

test('any rank beside the matrices, which stay as they are, on both engines', async () => {
  const before = tf.memory().numTensors;
  const outcome = await factorise('--out', at('any'), '--json');
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  const result = json<FactoriseResult>(outcome);
  expect(result).toMatchObject({ keep: 'matrices', method: 'whitened', texts: 96 });
  expect(result.matrices).toHaveLength(12);
  expect(tf.memory().numTensors).toBe(before);
  expect(readFileSync(at('any/model.safetensors'))).toEqual(readFileSync(at('model/model.safetensors')));
  expect(readJson(at('any/length_adaptive.json'))).toMatchObject({
    paretoSet,
    training: { epochs: 1 },
    lowRank: { model: 'matrices' },
  });
  for (const engine of ['tfjs', 'onnx']) {
    const scores: number[] = [];
    for (const share of ['0.1', '0.9', '1']) {
      const { result: found } = await evaluate('any', `full;ranks=${share}`, engine);
      scores.push(found?.scores.fidelity ?? Number.NaN);
    }
    expect(scores[0]).toBeLessThan(scores[1] as number);
    expect(scores[1]).toBeLessThan(1);
    expect(scores[2]).toBe(1);
  }
});

test('a model that consists of factors: cheaper at its full length, whole for other tools, without a Pareto set', async () => {
  const { code, stdout, stderr } = await factorise('--out', at('half'), '--rank', '0.75/0.5');
  expect({ code, first: stdout.split('\n')[0] }).toEqual({
    code: 0,
    first: expect.stringMatching(
      /^ranks attention 0\.75, feed-forward 0\.50 {2}0\.\d+ of the MACs {2}weights .* MB {2}factors .* MB$/,
    ) as string,
  });
  expect(stdout).toMatch(/intermediate\.dense +0\.\d{3} {2}0\.\d{3}\n/);
  expect(stderr).toMatch(/Its Pareto set is left out.*\nwrote /);
  expect(readJson(at('half/length_adaptive.json'))).toMatchObject({
    paretoSet: [],
    lowRank: { model: 'factors', ranks: { attention: [0.75, 0.75], feedForward: [0.5, 0.5] } },
  });
  const { tensors } = await readModelDirectory(at('half'));
  const own = await readModelDirectory(at('model'));
  expect([...tensors.keys()].sort()).toEqual([...own.tensors.keys()].sort());
  const { result } = await evaluate('half', 'full', 'onnx');
  expect(result).toMatchObject({ cost: 1, scores: { fidelity: 1 } });
  const exported = await runMain([
    'export',
    ...small,
    '--model',
    at('half'),
    '--out',
    at('exported'),
    '--precision',
    'fp32,int8',
    '--quiet',
  ]);
  expect(exported.code).toBe(0);
  expect(existsSync(at('exported/onnx/model_quantized.onnx'))).toBe(true);
});

test.each(['onnx', 'tfjs'])(
  'factors learn from the whole model on %s, with shorter lengths, and stay factors',
  async (engine) => {
    await factorise('--out', at(`quarter-${engine}`), '--rank', '0.25');
    const outcome = await runMain([
      ...['distill', '--teacher', at('model'), '--student', at(`quarter-${engine}`), '--train', at('train.tsv')],
      ...['--stages', 'prediction', '--epochs', '1', '--length-drop-epochs', '1', '--learning-rate', '1e-3'],
      ...['--engine', engine, '--threads', '1', '--out', at(`learned-${engine}`), '--quiet'],
    ]);
    expect(outcome).toMatchObject({ code: 0 });
    expect(readJson(at(`learned-${engine}/model/length_adaptive.json`))).toMatchObject({
      lowRank: { model: 'factors' },
    });
    const [before, after] = [`quarter-${engine}`, `learned-${engine}/model`].map((name) =>
      readFileSync(at(name, 'low_rank.safetensors')),
    ) as [Buffer, Buffer];
    expect(after).toHaveLength(before.length);
    expect(after.equals(before)).toBe(false);
    expect((await evaluate(`learned-${engine}/model`, '0.9,0.6', 'onnx')).code).toBe(0);
  },
);

test('a search spends ranks too, and what it finds is chosen for a budget', async () => {
  const search = (name: string, ...argv: readonly string[]) =>
    runMain([
      ...['search', '--model', at(name), '--data', at('dev.tsv'), '--metric', 'fidelity', '--no-latency', '--quiet'],
      ...['--generations', '2', '--population', '12', '--engine', 'onnx', '--threads', '1', ...argv],
    ]);
  // Points that race are scored in other batches, and the last digits with them.
  const spends = ['--spend', 'lengths,ranks', '--no-race'];
  expect(await search('any', ...spends, '--out', at('searched'))).toMatchObject({ code: 0 });
  const { paretoSet: found } = readJson(at('searched/length_adaptive.json')) as {
    paretoSet: { point: OperatingPoint; score: number; cost: number }[];
  };
  expect(found.some(({ point }) => point.ranks !== undefined)).toBe(true);
  cpSync(at('any'), at('found'), { recursive: true });
  cpSync(at('searched/length_adaptive.json'), at('found/length_adaptive.json'));
  for (const [i, { point, score, cost }] of found.entries())
    for (const config of [String(i), pointText(point)]) {
      const { result } = await evaluate('found', config, 'onnx', 'dev.tsv');
      expect(result).toMatchObject({ scores: { fidelity: score }, cost }); // to the digit
    }
  expect(await search('model', '--spend', 'ranks')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/no factors of several ranks/) as string,
  });
  expect(await search('any', '--spend', 'nibbles')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--spend .*some of lengths, floor, depth, ranks, bits/) as string,
  });
});

test('8-bit weights keep the factors', async () => {
  const { code } = await runMain(['compress', ...small, '--model', at('any'), '--out', at('smaller'), '--quiet']);
  expect({ code, factors: existsSync(at('smaller/low_rank.safetensors')) }).toEqual({ code: 0, factors: true });
  const { result } = await evaluate('smaller', 'full;ranks=0.9', 'onnx');
  expect(result?.scores.fidelity).toBeGreaterThan(0.5);
});

test('texts of a .txt file, and one file of ranks', async () => {
  const lines = readFileSync(at('train.tsv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0]);
  writeFileSync(at('texts.txt'), lines.join('\n'));
  const { code, stdout } = await factorise('--texts', at('texts.txt'), '--out', at('plain'), '--limit', '60', '--json');
  expect({ code, texts: json<FactoriseResult>({ stdout }).texts }).toEqual({ code: 0, texts: 60 });
  const exported = await runMain([
    'export',
    ...small,
    '--model',
    at('plain'),
    '--out',
    at('one'),
    '--length-config',
    'ranks=0.4',
    '--precision',
    'fp32',
    '--json',
  ]);
  expect(exported.code).toBe(0);
  const { result } = await evaluate('one', '0.9,0.5', 'onnx');
  expect(result?.scores.fidelity).toBeGreaterThan(0.5);
});

test.each<readonly [name: string, argv: readonly string[], code: number, message: RegExp]>([
  ['the model’s own folder', ['--out', at('model')], 2, /--out is the folder of the model/],
  ['no folder', [], 2, /--out is missing/],
  ['ranks that are none', ['--out', at('x'), '--rank', '1.5'], 3, /"attention" has 1\.5 at layer 0/],
  ['ranks of another depth', ['--out', at('x'), '--rank', '0.5,0.5,0.5'], 3, /3 entries for a model of 2 layers/],
  ['ranks that leave all as it is', ['--out', at('x'), '--rank', '1'], 3, /leave every matrix as it is/],
  ['texts that are not there', ['--out', at('x'), '--texts', at('none.tsv')], 4, /none\.tsv/],
  ['too few texts', ['--out', at('x'), '--limit', '1'], 3, /The texts have \d+ tokens/],
])('%s: refused, and nothing is written', async (_, argv, code, message) => {
  const { code: given, stderr } = await factorise(...argv);
  expect({ given, stderr }).toEqual({ given: code, stderr: expect.stringMatching(message) as string });
  expect(existsSync(at('x'))).toBe(false);
});

test('a folder that holds a model, and ranks of a model without factors', async () => {
  expect((await factorise('--out', at('twice'), '--rank', '0.5')).code).toBe(0);
  expect(await factorise('--out', at('twice'), '--rank', '0.5')).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/holds a model/) as string,
  });
  expect((await factorise('--out', at('twice'), '--rank', '0.4', '--overwrite')).code).toBe(0);
  for (const engine of ['tfjs', 'onnx'])
    expect(await evaluate('model', 'full;ranks=0.5', engine)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/the model has no factors/) as string,
    });
  expect(await factorise('--model', at('twice'), '--out', at('again'))).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/has factors already/) as string,
  });
});
