/** `--adapter` on commands that open a model: the same as a folder that the adapter was merged into. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensors } from '@length-adaptive/models';
import type { TensorData } from '@length-adaptive/models';
import { readJson } from './testing/files.js';
import { runMain, small } from './testing/run-main.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writeTinyModel, writeToyData } from './testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...names: readonly string[]): string => join(folder, ...names);
const lat = (command: string, ...argv: readonly string[]) => runMain([command, ...small, ...argv]);
const texts = ['a great film', 'a dull plot', 'the music was moving'];

const tensor = (rows: number, columns: number, step: number): TensorData => ({
  shape: [rows, columns],
  data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(step * i + 1)),
  dtype: 'F32',
});

beforeAll(async () => {
  await writeTinyModel(at('base'));
  writeToyData(at('texts.tsv'), 24);
  mkdirSync(at('adapter'));
  const changed = 'base_model.model.bert.encoder.layer.1.output.dense';
  const lora = { peft_type: 'LORA', base_model_name_or_path: 'base', lora_alpha: 4, r: 2, target_modules: ['dense'] };
  writeFileSync(at('adapter/adapter_config.json'), JSON.stringify(lora));
  const { hidden_size: hidden, intermediate_size: inner } = readJson(at('base'), 'config.json') as Record<
    string,
    number
  >;
  writeFileSync(
    at('adapter/adapter_model.safetensors'),
    writeSafetensors(
      new Map([
        [`${changed}.lora_A.weight`, tensor(2, inner ?? 0, 3)],
        [`${changed}.lora_B.weight`, tensor(hidden ?? 0, 2, 5)],
      ]),
    ),
  );
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
