/** What is learned beside a task: which tokens matter, and what those answer that left. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeTinyModel, writeToyData, writeToySentences } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const engines = { onnx: ['--engine', 'onnx', '--threads', '1'], tfjs: ['--engine', 'tfjs', '--threads', '1'] };

beforeAll(async () => {
  await writeTinyModel(at('base'));
  writeToySentences(at('train.conll'), 300, 1);
  writeToySentences(at('test.conll'), 60, 2);
  writeToyData(at('texts.tsv'), 8);
});

const run = async (...argv: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> => {
  const { code, stdout, stderr } = await runMain(argv);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return { stdout, stderr };
};
const json = async (...argv: readonly string[]) =>
  JSON.parse((await run(...argv, '--json', '--quiet')).stdout) as Readonly<Record<string, unknown>>;
const f1 = ({ scores }: Readonly<Record<string, unknown>>): number => (scores as { readonly f1: number }).f1;
const evaluate = (model: string, engine: keyof typeof engines, ...more: readonly string[]) =>
  json(
    ...['evaluate', ...engines[engine], '--model', at(model), '--data', at('test.conll')],
    ...['--length-config', '0.6,0.5', '--metric', 'f1', ...more],
  );

test('lat train --reducer skim: half of the tokens leave and tags stay right, on both engines and in an exported file', async () => {
  const trained = await run(
    ...['train', ...engines.onnx, '--model', at('base'), '--train', at('train.conll'), '--dev-share', '0.1'],
    ...['--epochs', '8', '--length-drop-epochs', '0', '--learning-rate', '5e-3'],
    ...['--reducer', 'skim', '--out', at('skim')],
  );
  expect(trained.stderr).toMatch(/Tokens that left answer by what most tokens answer: f1 [01]\.\d{4} on 30 examples/);
  expect(existsSync(at('skim/model/reducer.safetensors'))).toBe(true);
  expect(readJson(at('skim/model/length_adaptive.json'))).toMatchObject({
    reducer: { name: 'skim', predictor: 'linear' },
    departed: 'majority',
  });

  const full = await json('evaluate', ...engines.onnx, '--model', at('skim/model'), '--data', at('test.conll'), '--metric', 'f1'); // prettier-ignore
  const short = await evaluate('skim/model', 'onnx');
  expect(f1(short)).toBeGreaterThan(f1(full) - 0.05);
  expect(f1(await evaluate('skim/model', 'tfjs'))).toBeCloseTo(f1(short), 6);
  const byAttention = await evaluate('skim/model', 'onnx', '--reducer', 'attention');
  expect(f1(byAttention)).toBeLessThan(f1(short));
  expect(short['cost']).toBeGreaterThan(Number(byAttention['cost'])); // what it predicts is paid for

  await run(
    ...['search', ...engines.onnx, '--model', at('skim/model'), '--data', at('test.conll'), '--limit', '20'],
    ...['--method', 'nsga2', '--generations', '1', '--population', '4', '--no-latency'],
  );
  expect(readJson(at('skim/model/length_adaptive.json'))).toMatchObject({
    reducer: { name: 'skim' },
    departed: 'majority',
    search: expect.any(Object) as unknown,
  });
  await run('export', '--threads', '1', '--model', at('skim/model'), '--out', at('onnx'), '--precision', 'fp32');
  expect(existsSync(at('onnx/reducer.safetensors'))).toBe(false); // it is in the graph
  expect(f1(await evaluate('onnx', 'onnx'))).toBeCloseTo(f1(short), 6);
  const refused = await runMain([
    ...['evaluate', ...engines.onnx, '--model', at('onnx'), '--data', at('test.conll'), '--departed', 'state'],
  ]);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('exported with "majority"') as unknown });
});

test('--reducer "skim;learn=straight-through": what it finds out by decisions ranks tokens, and the folder says how it learned', async () => {
  const plan = ['--epochs', '8', '--length-drop-epochs', '0', '--learning-rate', '5e-3'];
  await run(
    ...['train', ...engines.onnx, '--model', at('base'), '--train', at('train.conll'), ...plan],
    ...['--reducer', 'skim;learn=straight-through;bias=1', '--out', at('decided')],
  );
  expect(readJson(at('decided/model/length_adaptive.json'))).toMatchObject({
    reducer: { name: 'skim', predictor: 'linear', learn: 'straight-through', price: 0.5, temperature: 1, bias: 1 },
    departed: 'majority',
  });
  const short = await evaluate('decided/model', 'onnx');
  expect(f1(await evaluate('decided/model', 'tfjs'))).toBeCloseTo(f1(short), 6);
  expect(f1(short)).toBeGreaterThan(f1(await evaluate('decided/model', 'onnx', '--reducer', 'attention')));
  const refused = await runMain([
    ...['train', ...engines.onnx, '--model', at('base'), '--train', at('train.conll'), '--out', at('refused')],
    ...['--reducer', 'skim;learn=straight-through;price=-1'],
  ]);
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('expected a number of 0 or more') as unknown,
  });
});

test('a model that attention ranks learns the same on dev data, and search learns it where training did not', async () => {
  const plan = ['--epochs', '6', '--length-drop-epochs', '0', '--learning-rate', '5e-3', '--out', at('plain')];
  await run('train', ...engines.onnx, '--model', at('base'), '--train', at('train.conll'), ...plan);
  const model = at('plain/model');
  expect(readJson(model, 'length_adaptive.json')).not.toHaveProperty('departed');
  const [state, majority] = [
    await evaluate('plain/model', 'onnx'),
    await evaluate('plain/model', 'onnx', '--departed', 'majority'),
  ];
  const better = f1(majority) > f1(state) ? 'majority' : 'state';
  const searched = await run(
    ...['search', ...engines.onnx, '--model', model, '--data', at('test.conll'), '--metric', 'f1'],
    ...['--method', 'nsga2', '--generations', '1', '--population', '4', '--no-latency'],
  );
  expect(searched.stderr).toContain('Tokens that left answer by');
  expect(['state', 'majority']).toContain(
    (readJson(model, 'length_adaptive.json') as { readonly departed?: string }).departed,
  );
  expect(f1(better === 'majority' ? majority : state)).toBeGreaterThanOrEqual(f1(state));
});

test.each(['onnx', 'tfjs'] as const)(
  'a task that does not say what matters is learned by gradients, with LengthDrop, on %s',
  async (engine) => {
    const out = `classes-${engine}`;
    await run(
      ...['train', ...engines[engine], '--model', at('base'), '--train', at('texts.tsv'), '--reducer', 'skim'],
      ...['--epochs', '1', '--length-drop-epochs', '1', '--batch-size', '4', '--out', at(out)],
    );
    expect(existsSync(at(out, 'model/reducer.safetensors'))).toBe(true);
    expect(readJson(at(out, 'model/length_adaptive.json'))).toMatchObject({ reducer: { name: 'skim' } });
    const { scores, cost } = await json(
      ...['evaluate', ...engines[engine], '--model', at(out, 'model'), '--data', at('texts.tsv')],
      ...['--length-config', '0.6,0.5'],
    );
    expect(scores).toHaveProperty('accuracy');
    expect(cost).toBeLessThan(1);
  },
);
