import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const model = ['--model', at('model')];

beforeAll(() => writeToyProject(folder, 40));

test.each<[string, readonly string[]]>([
  ['train', ['--train', at('train.tsv'), '--overwrite']],
  ['distill', ['--teacher', at('model'), '--student', 'layers:0', '--train', at('train.tsv')]],
  ['evaluate', ['--data', at('dev.tsv')]],
  ['predict', ['a great film']],
  ['inspect', ['a great film']],
  ['bench', ['--lengths', '8', '--batch', '1']],
])('%s does not write its config.json over that of a model', async (command, argv) => {
  const before = readFileSync(at('model/config.json'), 'utf8');
  const source = command === 'distill' ? [] : model;
  expect(await runMain([command, ...small, ...source, ...argv, '--out', at('model')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('holds a model, whose config.json would be lost'),
  });
  expect(readFileSync(at('model/config.json'), 'utf8')).toBe(before);
});

test('a search that is to be written into the model stands apart from it there, and goes on from there', async () => {
  cpSync(at('model'), at('searched'), { recursive: true });
  const plan = [
    '--data',
    at('dev.tsv'),
    '--no-latency',
    '--no-fewer-layers',
    '--population',
    '2',
    '--generations',
    '0',
  ];
  const argv = ['search', ...small, '--model', at('searched'), '--out', at('searched')];
  expect((await runMain([...argv, ...plan])).code).toBe(0);
  expect(readJson(at('searched/config.json'))).toEqual(readJson(at('model/config.json')));
  expect(readJson(at('searched/search/config.json'))).toMatchObject({ population: 2 });
  expect(readJson(at('searched/length_adaptive.json'))).toMatchObject({ paretoSet: expect.any(Array) });
  expect((await runMain([...argv, '--resume'])).code).toBe(0);
});

test.each(['search', 'evaluate'])('%s takes away nothing of a run of another command', async (command) => {
  const before = JSON.stringify({ train: 'train.tsv', epochs: 2 });
  cpSync(at('model'), at('run/model'), { recursive: true });
  writeFileSync(at('run/config.json'), before);
  writeFileSync(at('run/result.json'), '{}');
  expect(await runMain([command, ...small, ...model, '--data', at('dev.tsv'), '--out', at('run')])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('holds what another command wrote, which would be lost'),
  });
  expect([readFileSync(at('run/config.json'), 'utf8'), readFileSync(at('run/result.json'), 'utf8')]).toEqual([
    before,
    '{}',
  ]);
});
