/** A reducer that a model is trained with is what it runs with from then on, whatever runs it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '@length-adaptive/tools/testing/start-process';
import { readJson } from '../testing/files.js';
import { runMain } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const engines = { onnx: ['--engine', 'onnx', '--threads', '1'], tfjs: ['--engine', 'tfjs', '--threads', '1'] };
const text = 'a lovely story, but the acting was awful and the music boring';

beforeAll(() => writeToyProject(folder, 48));

const run = async (...argv: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runMain(argv);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout;
};
const json = async (...argv: readonly string[]) =>
  JSON.parse(await run(...argv, '--json', '--quiet')) as Readonly<Record<string, unknown>>;
const file = (model: string): unknown => readJson(at(model, 'length_adaptive.json'));

describe.each(['onnx', 'tfjs'] as const)('lat train --reducer cls-attention on %s', (engine) => {
  const model = join(engine, 'model');
  const reducer = { name: 'cls-attention' };

  test('writes it into the folder of the model, and search leaves it there', async () => {
    const plan = ['--epochs', '1', '--length-drop-epochs', '1', '--limit', '24', '--out', at(engine)];
    await run('train', ...engines[engine], '--model', at('model'), '--train', at('train.tsv'), '--reducer', 'cls-attention', ...plan); // prettier-ignore
    expect(readJson(at(engine, 'config.json'))).toMatchObject({ reducer: 'cls-attention' });
    expect(file(model)).toMatchObject({ reducer, training: { lengthDropEpochs: 1 } });
    const small = ['--generations', '1', '--population', '4', '--no-latency'];
    await run('search', ...engines[engine], '--model', at(model), '--data', at('dev.tsv'), ...small);
    expect(file(model)).toMatchObject({ reducer, search: expect.any(Object) });
    expect(
      await runMain(['search', ...engines[engine], '--model', at(model), '--data', at('dev.tsv'), ...small, '--resume', '--reducer', 'attention']),
    ).toMatchObject({ code: 3, stderr: expect.stringContaining('--reducer is "attention"') }); // prettier-ignore
  });

  test('evaluate names it, and another where that is asked for', async () => {
    const argv = ['evaluate', '--model', at(model), '--data', at('dev.tsv'), '--length-config', '0.5,0.3', '--metric', 'probability']; // prettier-ignore
    const [ours, theirs] = [await json(...argv, ...engines.onnx), await json(...argv, ...engines.tfjs)];
    expect(ours['reducer']).toEqual(reducer);
    expect(theirs['reducer']).toEqual(reducer);
    const probability = ({ scores }: typeof ours): number => (scores as { readonly probability: number }).probability;
    expect(probability(ours)).toBeCloseTo(probability(theirs), 4);
    const plain = await json(...argv, ...engines.onnx, '--reducer', 'attention');
    expect(plain).not.toHaveProperty('reducer');
    expect(probability(plain)).not.toBeCloseTo(probability(ours), 6);
  });

  test('inspect shows the tokens that it keeps, the same on both engines', async () => {
    const argv = ['inspect', '--model', at(model), '--length-config', '0.5,0.3', text];
    const layers = async (...more: readonly string[]): Promise<unknown> => (await json(...argv, ...more))['layers'];
    const kept = await layers(...engines.onnx);
    expect(kept).toBeDefined();
    expect(kept).toEqual(await layers(...engines.tfjs));
  });

  test('an exported folder answers as the model does, and ranks by nothing else', async () => {
    await run('export', '--threads', '1', '--model', at(model), '--out', at(`${engine}-files`), '--precision', 'fp32');
    expect(file(`${engine}-files`)).toMatchObject({ reducer });
    const argv = ['--length-config', '0.5,0.3', text];
    const ours = await json('predict', ...engines.onnx, '--model', at(`${engine}-files`), ...argv);
    const theirs = await json('predict', ...engines.tfjs, '--model', at(model), ...argv);
    expect(ours['label']).toBe(theirs['label']);
    expect(Number(ours['score'])).toBeCloseTo(Number(theirs['score']), 4);
    expect(
      await runMain(['predict', ...engines.onnx, '--model', at(`${engine}-files`), '--reducer', 'attention', ...argv]),
    ).toMatchObject({ code: 3, stderr: expect.stringContaining('was exported to rank them by cls-attention') });
  });
});

test('lat train --reducer question-overlap says that it is a prior, and how to write it', async () => {
  const argv = ['train', ...engines.onnx, '--model', at('model'), '--train', at('train.tsv'), '--out', at('prior')];
  expect(await runMain([...argv, '--reducer', 'question-overlap'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--prior question-overlap'),
  });
});

test('a module that Node loads first makes a reducer known to the program', async () => {
  cpSync(at('model'), at('copy'), { recursive: true });
  const loader = require.resolve('@length-adaptive/tools/testing/typescript.mjs');
  const registering = join(__dirname, '../testing/register-large-states.ts');
  const lat = async (args: readonly string[], ...imports: readonly string[]): Promise<string> => {
    const program = startProcess(join(__dirname, '../bin.ts'), {
      args,
      env: {
        NODE_OPTIONS: ['--conditions=@length-adaptive/source', ...imports.map((path) => `--import ${path}`)].join(' '),
      },
    });
    expect(await program.exit()).toBe(imports.length > 0 ? 0 : 3);
    return program.printed();
  };
  const plan = ['--epochs', '0', '--length-drop-epochs', '1', '--limit', '16', '--out', at('large')];
  const train = ['train', ...engines.onnx, '--model', at('copy'), '--train', at('train.tsv'), '--reducer', 'large-states', ...plan]; // prettier-ignore
  await lat(train, loader, registering);
  expect(file('large/model')).toMatchObject({ reducer: { name: 'large-states' } });
  const predict = ['predict', ...engines.onnx, '--model', at('large/model'), '--length-config', '0.5,0.3', text];
  await lat(predict, loader, registering);
  expect(await lat(predict)).toContain(
    'There is no reducer "large-states"; known: attention, cls-attention, tome, pool, fuse, token-pooling, skim, prior.',
  );
});
