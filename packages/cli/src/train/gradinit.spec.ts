/** `--init`: students that begin from nothing, with new weights as they are drawn or scaled by GradInit. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

beforeAll(() => writeToyProject(folder, 60));

const argv = (out: string, ...more: readonly string[]): string[] => [
  ...['train', ...small, '--model', at('model'), '--train', at('train.tsv'), '--learning-rate', '3e-3'],
  ...['--epochs', '2', '--length-drop-epochs', '1', '--batch-size', '8', '--json', '--out', at(out), ...more],
];
const scaled = ['--init', 'gradinit', '--init-iterations', '6'];
const weightsOf = (out: string): unknown => readJson(at(out, 'result.json'))['weights'];
const firstLoss = (out: string): number => Number(readLines(at(out, 'metrics.ndjson'))[0]?.['loss']);

test('the weights of the model are left behind, and GradInit scales the new ones, the same for the same seed', async () => {
  const before = tf.memory().numTensors;
  for (const init of ['model', 'new', 'gradinit'])
    expect((await runMain(argv(`by-${init}`, ...(init === 'gradinit' ? scaled : ['--init', init])))).code).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
  expect(new Set(['by-model', 'by-new', 'by-gradinit'].map(firstLoss)).size).toBe(3);
  const again = await runMain(argv('again', ...scaled));
  expect(again.stderr).toContain('2 layers of new weights, 32 wide.');
  expect(again.stderr).toMatch(/GradInit scaled the new weights: the loss after a step from \d\.\d{4} to \d\.\d{4}\./);
  expect(weightsOf('again')).toBe(weightsOf('by-gradinit'));
  expect((await runMain(argv('other', ...scaled, '--seed', '7'))).code).toBe(0);
  expect(weightsOf('other')).not.toBe(weightsOf('by-gradinit'));
  expect(readJson(at('again/model/length_adaptive.json'))).toMatchObject({ training: { init: 'gradinit' } });
  expect(readJson(at('by-model/model/length_adaptive.json'))['training']).not.toHaveProperty('init');
});

test('stopped while it scales, or after, and resumed, a run ends with the same weights', async () => {
  const stopped = await runMain(argv('parts', ...scaled), { signal: AbortSignal.abort() });
  expect(stopped).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/GradInit was stopped after iteration 0 of 6\..*--resume/s),
  });
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 0, step: 0 });
  const stop = new AbortController();
  const metrics = at('parts/metrics.ndjson');
  const watch = setInterval(() => {
    if (existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > 4) stop.abort();
  }, 2);
  const resume = ['train', '--resume', '--out', at('parts')];
  expect((await runMain(resume, { signal: stop.signal })).code).toBe(130);
  clearInterval(watch);
  const resumed = await runMain(resume);
  expect(resumed).toMatchObject({ code: 0, stderr: expect.not.stringContaining('GradInit') });
  expect(weightsOf('parts')).toBe(weightsOf('by-gradinit'));
});

test('a student of a published shape, and no other, begins scaled', async () => {
  const teach = ['--teacher', at('by-model/model'), '--train', at('train.tsv'), '--limit', '8', '--batch-size', '4'];
  const plan = [
    'distill',
    ...small,
    ...teach,
    '--epochs',
    '1',
    '--stages',
    'prediction',
    '--init',
    'gradinit',
    '--init-iterations',
    '2',
  ];
  const { code, stderr } = await runMain([...plan, '--student', '4L-312', '--out', at('student')]);
  expect(stderr).toContain('GradInit scaled the new weights');
  expect(code).toBe(0);
  expect(await runMain([...plan, '--student', 'layers:0', '--out', at('layers')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--init gradinit scales new weights, and --student layers:0 has those of a model'),
  });
});
