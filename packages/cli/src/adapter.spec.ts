/** `--adapter` on commands that open a model: the same as a folder that the adapter was merged into. */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './testing/files.js';
import { runMain, small } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeTinyAdapter } from './testing/tiny-adapter.js';
import { writeTinyModel, writeToyData } from './testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const lat = (command: string, ...argv: readonly string[]) => runMain([command, ...small, ...argv]);
const texts = ['a great film', 'a dull plot', 'the music was moving'];

beforeAll(async () => {
  await writeTinyModel(at('base'));
  writeToyData(at('texts.tsv'), 24);
  writeTinyAdapter(at('adapter'), at('base'));
  const merged = await lat('compress', '--model', at('base'), '--adapter', at('adapter'), '--weights', 'fp32', '--out', at('merged')); // prettier-ignore
  expect(merged).toMatchObject({ code: 0 });
});

const answers = async (...argv: readonly string[]): Promise<unknown[]> => {
  const { code, stdout, stderr } = await lat('predict', '--json', ...argv, ...texts);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
};

test('predict answers as the merged folder does, and not as the base', async () => {
  const merged = await answers('--model', at('merged'));
  expect(await answers('--model', at('base'), '--adapter', at('adapter'))).toEqual(merged);
  expect(await answers('--model', at('base'))).not.toEqual(merged);
});

test('compress scores the base with the adapter before, and what it wrote without it after', async () => {
  const { code, stdout } = await lat('compress', '--json', '--model', at('base'), '--adapter', at('adapter'), '--weights', 'fp32', '--out', at('scored'), '--dev', at('texts.tsv')); // prettier-ignore
  expect(code).toBe(0);
  const { scored } = JSON.parse(stdout) as { scored: { points: { scores: { before: number; after: number }[] }[] } };
  for (const { scores } of scored.points) for (const { before, after } of scores) expect(after).toBeCloseTo(before, 6);
});

const searching = [
  '--data',
  at('texts.tsv'),
  '--metric',
  'fidelity',
  '--evaluations',
  '8',
  '--limit',
  '16',
  '--no-latency',
];

test('search finds of the base with the adapter what it finds of the merged folder, and puts it where the adapter is found', async () => {
  const base = ['--model', at('base'), '--adapter', at('adapter')];
  expect(await lat('search', ...base, ...searching)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/is not written into the model.*Give --out DIR/),
  });
  expect(await lat('search', ...base, '--out', at('adapter'), ...searching)).toMatchObject({ code: 0 });
  expect(await lat('search', '--model', at('merged'), ...searching)).toMatchObject({ code: 0 });
  expect(existsSync(at('adapter/config.json'))).toBe(false); // that of a run would be taken for a model's
  expect(readJson(at('adapter/search'), 'config.json')).toMatchObject({ adapter: at('adapter') });
  const found = readJson(at('adapter'), 'length_adaptive.json') as { paretoSet: object[] };
  expect(found.paretoSet).toEqual((readJson(at('merged'), 'length_adaptive.json') as typeof found).paretoSet);
  expect(found.paretoSet.length).toBeGreaterThan(1);
  const cheapest = ['--length-config', '0'];
  expect(await answers(...base, ...cheapest)).toEqual(await answers('--model', at('merged'), ...cheapest));
  expect(await lat('predict', '--model', at('base'), ...cheapest, 'a film')).not.toMatchObject({ code: 0 });
});

test('a search goes on with the adapter that it began with, and not once that has changed', async () => {
  cpSync(at('adapter'), at('changing'), { recursive: true });
  const from = ['--model', at('base'), '--out', at('resumed')];
  expect(await lat('search', ...from, '--adapter', at('changing'), ...searching)).toMatchObject({ code: 0 });
  expect(await lat('search', ...from, '--resume', '--evaluations', '9')).toMatchObject({ code: 0 });
  const config = at('changing/adapter_config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace('"lora_alpha":4', '"lora_alpha":5'));
  expect(await lat('search', ...from, '--resume', '--evaluations', '10')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('the weights of the model'),
  });
});

test('soft-extract learns on the base with the adapter', async () => {
  const learning = ['--soft-extract', '1e-2', '--train', at('texts.tsv'), '--soft-extract-limit', '8'];
  const learned = async (name: string, ...argv: readonly string[]): Promise<unknown> => {
    expect(await lat('search', ...argv, '--out', at(name), ...searching, ...learning)).toMatchObject({ code: 0 });
    return (readJson(at(name), 'soft-extract.json') as { configs: unknown }).configs;
  };
  const merged = await learned('learned-merged', '--model', at('merged'));
  expect(await learned('learned', '--model', at('base'), '--adapter', at('adapter'))).toEqual(merged);
});

test.each<[command: string, argv: readonly string[]]>([
  ['evaluate', ['--data', 'texts.tsv']],
  ['inspect', ['a great film']],
  [
    'train',
    ['--train', 'texts.tsv', '--dev', 'texts.tsv', '--out', 'run', '--epochs', '1', '--length-drop-epochs', '0'],
  ],
  ['factorise', ['--texts', 'texts.tsv', '--out', 'factors', '--limit', '4']],
  ['export', ['--out', 'exported', '--no-verify', '--precision', 'fp32']],
  ['bench', ['--engines', 'tfjs', '--batch', '1', '--lengths', '8', '--seconds', '0', '--configs', 'full']],
  ['distill', ['--student', 'layers:0,1', '--train', 'texts.tsv', '--dev', 'texts.tsv', '--out', 'student', '--stages', 'prediction', '--epochs', '1']], // prettier-ignore
])('%s opens it, and says what is wrong with one that is none', async (command, argv) => {
  const given = argv.map((each) => (/\.tsv$|^(run|factors|exported|student)$/.test(each) ? at(each) : each));
  const source = command === 'distill' ? '--teacher' : '--model';
  const run = await lat(command, source, at('base'), '--adapter', at('nowhere'), ...given);
  expect(run.code).not.toBe(0);
  expect(run.stderr).toMatch(/nowhere/);
  expect(await lat(command, source, at('base'), '--adapter', at('adapter'), ...given)).toMatchObject({ code: 0 });
});
