import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTaskModel, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { resumeHint } from '../search/run-search.js';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

beforeAll(() => writeToyProject(folder, 300));

const common = () => [...small, '--model', at('model'), '--train', at('train.tsv'), '--learning-rate', '3e-3'];
const train = (...argv: readonly string[]) => runMain(['train', ...common(), ...argv]);
const stopAtOnce = (): AbortSignal => AbortSignal.abort();

test('a terminal sees how far steps are, and the dev examples after them', async () => {
  const argv = ['train', ...common(), '--dev', at('dev.tsv'), '--out', at('seen'), '--epochs', '1', '--length-drop-epochs', '0']; // prettier-ignore
  const { code, stderr } = await runMain(argv, { terminal: 100 });
  expect(code).toBe(0);
  expect(stderr).toMatch(/fine-tune {2}█*░* {2}\d+% {2}\d+\/19 steps/);
  expect(stderr).toMatch(/fine-tune, dev {2}█*░* {2}\d+% {2}\d+\/40 examples/);
});

test('learns, writes a model any command opens, and a run folder', async () => {
  const before = tf.memory().numTensors;
  const { code, stdout, stderr } = await train(
    '--dev',
    at('dev.tsv'),
    '--out',
    at('run'),
    '--epochs',
    '6',
    '--length-drop-epochs',
    '1',
    '--json',
  );
  expect(code).toBe(0);
  expect(tf.memory().numTensors).toBe(before);
  expect(stderr).toContain('300 training and 40 dev examples');
  const result = JSON.parse(stdout) as Record<string, unknown>;
  expect(result).toMatchObject({
    model: at('run/model'),
    labels: ['bad', 'good'],
    stages: [
      { stage: 'fine-tune', steps: 114 },
      { stage: 'length-drop', steps: 19, best: { full: expect.any(Number) } },
    ],
    weights: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(readJson(at('run/result.json'))).toEqual(result);

  expect(readJson(at('run/config.json'))).toMatchObject({ model: at('model'), epochs: 6, seed: 42, maxLength: 40 });
  expect(readJson(at('run/versions.json'))).toMatchObject({ node: process.version });
  const metrics = readLines(at('run/metrics.ndjson'));
  expect(metrics).toHaveLength(114 + 6 + 19 + 1);
  expect(metrics[0]).toMatchObject({
    kind: 'step',
    stage: 'fine-tune',
    step: 1,
    loss: expect.any(Number),
    distillationLosses: [],
  });
  expect(metrics.at(-1)).toMatchObject({
    kind: 'epoch',
    stage: 'length-drop',
    full: expect.any(Number),
    reduced: expect.any(Number),
  });
  expect(readJson(at('run/model/length_adaptive.json'))).toMatchObject({
    format: 'length-adaptive',
    training: {
      examples: 300,
      epochs: 6,
      lengthDropEpochs: 1,
      dropRatioBound: 0.2,
      subModels: 2,
      devScore: { full: expect.any(Number) },
    },
    paretoSet: [],
  });

  const evaluated = await runMain([
    'evaluate',
    ...small,
    '--model',
    at('run/model'),
    '--data',
    at('test.tsv'),
    '--length-config',
    '0.8,0.64',
    '--min-score',
    '0.9',
  ]);
  expect(evaluated.code).toBe(0);

  expect(await train('--out', at('run'))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('holds a complete run'),
  });
  expect(await runMain(['train', '--resume', '--out', at('run')])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The run there is complete'),
  });
});

test('--sub-models ladder trains the points of the Pareto set of the model, and says so where there is none', async () => {
  const searched = at('searched');
  cpSync(at('model'), searched, { recursive: true });
  const lengths = [
    [0.9, 0.7],
    [0.5, 0.2],
    [0.8, 0.5],
    [0.7, 0.4],
  ];
  const paretoSet = lengths.map((ratios, i) => ({
    point: { lengths: ratios },
    score: 0.9 - i / 10,
    cost: 0.8 - i / 10,
  }));
  writeFileSync(
    join(searched, 'length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet }),
  );
  const ladder = (model: string, out: string) =>
    runMain(['train', ...small, '--model', model, '--train', at('train.tsv'), '--epochs', '0', '--length-drop-epochs', '1', '--limit', '32', '--sub-models', 'ladder', '--out', at(out)]); // prettier-ignore
  expect((await ladder(searched, 'ladder')).code).toBe(0);
  const [step] = readLines(at('ladder/metrics.ndjson'));
  expect(step).toMatchObject({ distillationLosses: [expect.any(Number), expect.any(Number), expect.any(Number)] });
  expect(readJson(at('ladder/model/length_adaptive.json'))).toMatchObject({ training: { subModels: 'ladder' } });
  expect(await ladder(at('model'), 'no-ladder')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /--sub-models ladder trains the points of a Pareto set, and .*model has none: run lat search/,
    ),
  });
  expect(existsSync(at('no-ladder/model'))).toBe(false);
});

test('a head whose labels have no names is kept for examples that call them 0 and 1; a pretrained encoder gets the names of the data', async () => {
  const model = createTaskModel({ ...tinyConfig, id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }, new Map(), {
    fresh: true,
    seed: 4,
  });
  const tokenizerFiles = { 'vocab.txt': readFileSync(at('model/vocab.txt')) };
  model.markTrained();
  await saveModel(at('unnamed'), { model, tokenizerFiles });
  const config = readJson(at('unnamed/config.json'));
  cpSync(at('unnamed'), at('encoder'), { recursive: true });
  writeFileSync(at('encoder/config.json'), JSON.stringify({ ...config, architectures: ['BertForMaskedLM'] }));
  model.dispose();
  writeFileSync(
    at('numbers.tsv'),
    readFileSync(at('train.tsv'), 'utf8').replace(/good$/gm, '1').replace(/bad$/gm, '0'),
  );
  const plan = [
    ...small,
    '--train',
    at('numbers.tsv'),
    '--task',
    'classification',
    '--epochs',
    '0',
    '--length-drop-epochs',
    '1',
    '--limit',
    '20',
    '--learning-rate',
    '0',
    '--json',
  ];
  const kept = await runMain(['train', '--model', at('unnamed'), ...plan, '--out', at('kept')]);
  expect(kept).toMatchObject({ code: 0, stderr: expect.not.stringContaining('New head') });
  expect(JSON.parse(kept.stdout)).toMatchObject({ labels: ['LABEL_0', 'LABEL_1'] });
  expect(readFileSync(at('kept/model/model.safetensors')).equals(readFileSync(at('unnamed/model.safetensors')))).toBe(
    true,
  );
  const made = await runMain(['train', '--model', at('encoder'), ...plan, '--out', at('made')]);
  expect(JSON.parse(made.stdout)).toMatchObject({ labels: ['0', '1'] });
});

test('--length-config trains for that configuration alone', async () => {
  const before = tf.memory().numTensors;
  const plan = ['--length-config', '0.5,0.3', '--epochs', '1', '--dev-share', '0.2', '--limit', '100'];
  const { code, stdout } = await train(...plan, '--out', at('one'), '--json');
  expect(code).toBe(0);
  const { stages } = JSON.parse(stdout) as { stages: { stage: string; best: { full: number } }[] };
  expect(stages.map(({ stage }) => stage)).toEqual(['fine-tune']);
  expect(readJson(at('one/config.json'))).toMatchObject({ lengthConfig: '0.5,0.3', lengthDropEpochs: 0 });
  expect(readJson(at('one/model/length_adaptive.json'))).toMatchObject({
    training: { lengthConfig: [0.5, 0.3], lengthDropEpochs: 0 },
  });
  const plain = await train(...plan.slice(2), '--length-drop-epochs', '0', '--out', at('plain'), '--json');
  expect(readLines(at('plain/metrics.ndjson'))[0]?.['loss']).not.toBe(readLines(at('one/metrics.ndjson'))[0]?.['loss']);
  expect(plain.code).toBe(0);

  expect(await train(...plan, '--length-drop-epochs', '3', '--out', at('both'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('give one of them'),
  });
  expect(await train('--length-config', '0.5,0.3,0.2', '--out', at('both'))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('layers'),
  });
  expect(tf.memory().numTensors).toBe(before);
});

test('stopped in either stage and resumed, a run ends with the same losses and weights', async () => {
  const plan = ['--dev-share', '0.2', '--epochs', '2', '--length-drop-epochs', '2', '--limit', '100'];
  expect((await train(...plan, '--out', at('whole'))).code).toBe(0);

  // Interrupts as soon as so many lines of metrics are there.
  const stopAfter = async (lines: number, argv: readonly string[]) => {
    const stop = new AbortController();
    const metrics = at('parts/metrics.ndjson');
    const watch = setInterval(() => {
      if (existsSync(metrics) && readFileSync(metrics, 'utf8').split('\n').length > lines) stop.abort();
    }, 1);
    const outcome = await runMain(argv, { signal: stop.signal });
    clearInterval(watch);
    return outcome;
  };
  const resume = ['train', '--resume', '--out', at('parts')];
  const first = await stopAfter(3, ['train', ...common(), ...plan, '--out', at('parts')]);
  expect(first).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('go on with: lat train --resume --out'),
  });
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 0 });
  expect((await train(...plan, '--out', at('parts'))).stderr).toContain('holds an interrupted run');
  expect((await stopAfter(15, resume)).code).toBe(130);
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 1 });
  expect((await runMain(resume)).code).toBe(0);

  const { model: _, ...whole } = readJson(at('whole/result.json'));
  expect(readJson(at('parts/result.json'))).toMatchObject(whole);
  expect(readLines(at('parts/metrics.ndjson'))).toEqual(readLines(at('whole/metrics.ndjson')));
  expect(
    readFileSync(at('parts/model/model.safetensors')).equals(readFileSync(at('whole/model/model.safetensors'))),
  ).toBe(true);
  expect(existsSync(at('parts/checkpoint.json'))).toBe(false);
});

test('a run resumes from its own settings, and refuses others', async () => {
  const stop = new AbortController();
  stop.abort();
  const plan = ['--out', at('early'), '--epochs', '1', '--length-drop-epochs', '0', '--limit', '32'];
  expect((await runMain(['train', ...common(), ...plan], { signal: stop.signal })).code).toBe(130);
  expect(await train(...plan, '--resume', '--seed', '7')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--seed is 7 but the run in'),
  });
  writeFileSync(at('early/checkpoint.safetensors'), readFileSync(at('early/checkpoint.safetensors')).subarray(0, 1000));
  expect(await train(...plan, '--resume')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('cannot be used'),
  });
  expect((await train(...plan, '--overwrite')).code).toBe(0);
  expect(existsSync(at('early/result.json'))).toBe(true);

  // What is overwritten is no result of the new run, which leaves a checkpoint of its own.
  expect(
    (await runMain(['train', ...common(), ...plan, '--overwrite', '--checkpoint-every', '1'], { signal: stopAtOnce() }))
      .code,
  ).toBe(130);
  expect(existsSync(at('early/result.json'))).toBe(false);
  const header = readFileSync(at('early/checkpoint.json'), 'utf8');
  const resumed = async (): Promise<string> => {
    const { code, stderr } = await train(...plan, '--resume', '--checkpoint-every', '1', '--json');
    expect(code).toBe(3);
    return (
      (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { error: { code: string; message: string } }).error.code +
      stderr
    );
  };
  writeFileSync(at('early/checkpoint.json'), header.replace(/"stage": \d+/, '"stage": null'));
  expect(await resumed()).toMatch(/^CHECKPOINT_INVALID.*checkpoint.json does not say where the run stood/s);
  writeFileSync(at('early/checkpoint.json'), header.replace(/"metricsLines": \d+/, '"metricsLines": 99'));
  expect(await resumed()).toMatch(
    /^CHECKPOINT_INVALID.*of the 99 lines that the checkpoint goes on after. Start anew/s,
  );
  rmSync(at('early/metrics.ndjson'));
  expect(await resumed()).toMatch(/^CHECKPOINT_INVALID.*metrics.ndjson cannot be used: .*ENOENT/s);
  writeFileSync(at('early/checkpoint.json'), header.replace(/"model": "../, '"model": "zz'));
  expect(await resumed()).toMatch(/^CHECKPOINT_INVALID.*The weights of the model are not those/s);
});

test('new labels get a new head; numbers are a regression', async () => {
  writeFileSync(
    at('three.tsv'),
    'sentence\tlabel\na great film\tjoy\na dull film\tboredom\na sad film\tgrief\na film\tjoy\n',
  );
  const classes = await train(
    '--train',
    at('three.tsv'),
    '--out',
    at('three'),
    '--epochs',
    '1',
    '--length-drop-epochs',
    '0',
    '--json',
  );
  expect(classes.stderr).toContain('New head for boredom, grief, joy.');
  expect(JSON.parse(classes.stdout)).toMatchObject({ labels: ['boredom', 'grief', 'joy'] });
  expect(readJson(at('three/model/config.json'))).toMatchObject({ id2label: { 0: 'boredom' } });

  writeFileSync(
    at('scores.tsv'),
    'sentence1\tsentence2\tscore\na film\ta movie\t4.5\na film\ta story\t2\na dull plot\tgreat music\t0.5\n',
  );
  const numbers = await train(
    '--train',
    at('scores.tsv'),
    '--out',
    at('numbers'),
    '--epochs',
    '0',
    '--length-drop-epochs',
    '1',
    '--json',
  );
  expect(JSON.parse(numbers.stdout)).toMatchObject({ labels: [], stages: [{ stage: 'length-drop' }] });
});

test.each<[string, readonly string[], number, string]>([
  ['no such data', ['--train', 'absent.tsv', '--out', 'x'], 4, 'absent.tsv'],
  [
    'dev examples of two kinds',
    ['--dev', 'x', '--dev-share', '0.1', '--out', 'x'],
    2,
    '--dev or --dev-share, not both',
  ],
  [
    'sub-models of no LengthDrop',
    ['--length-drop-epochs', '0', '--sub-models', '1', '--out', 'x'],
    2,
    '--sub-models is for LengthDrop, of which there are 0 epochs',
  ],
  [
    'iterations of no GradInit',
    ['--init-iterations', '3', '--out', 'x'],
    2,
    '--init-iterations is for --init gradinit',
  ],
  ['nothing to train', ['--epochs', '0', '--length-drop-epochs', '0', '--out', 'x'], 2, 'both 0'],
  ['one class only', ['--label-column', 'sentence', '--text-column', 'sentence', '--out', 'x'], 3, 'carry no label'],
  ['nothing to resume', ['--resume', '--out', 'absent'], 4, 'There is no run to resume'],
  ['a model that is not there', ['--model', 'bert', '--out', 'x'], 4, 'google-bert/bert'],
])('%s', async (_, argv, code, message) => {
  expect(await train(...argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
});

test('how to go on is said as a shell takes it', async () => {
  const plan = ['--out', at('my runs/one'), '--epochs', '1', '--limit', '32'];
  const { code, stderr } = await runMain(['train', ...common(), ...plan], { signal: stopAtOnce() });
  expect([code, stderr]).toEqual([130, expect.stringContaining(`lat train --resume --out '${at('my runs/one')}'`)]);
  expect(resumeHint({ model: 'my models/a', out: 'b' })).toBe(
    "go on with: lat search --resume --model 'my models/a' --out b",
  );
});

test('what stands beside the vocabulary goes along: added tokens and settings', async () => {
  const beside = {
    'added_tokens.json': '{"superb": 32}',
    'special_tokens_map.json': '{"extra_special_tokens": ["superb"]}',
    'tokenizer_config.json': '{"do_lower_case": true}',
  };
  cpSync(at('model'), at('tokens'), { recursive: true });
  for (const [name, content] of Object.entries(beside)) writeFileSync(at('tokens', name), content);
  const { code } = await runMain([
    'train',
    ...small,
    '--model',
    at('tokens'),
    '--train',
    at('train.tsv'),
    '--limit',
    '32',
    '--epochs',
    '1',
    '--length-drop-epochs',
    '0',
    '--out',
    at('tokens-run'),
  ]);
  expect(code).toBe(0);
  for (const [name, content] of Object.entries(beside))
    expect(readFileSync(at('tokens-run/model', name), 'utf8')).toBe(content);
});

test('an output folder under a file fails before any training', async () => {
  expect(await train('--out', at('train.tsv/run'))).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('cannot be written'),
  });
});

test('trains on onnxruntime where it is installed, and resumes there', async () => {
  const onnx = [
    'train',
    '--model',
    at('model'),
    '--train',
    at('train.tsv'),
    '--learning-rate',
    '3e-3',
    '--threads',
    '1',
    '--epochs',
    '3',
    '--length-drop-epochs',
    '1',
  ];
  const { code, stdout, stderr } = await runMain([...onnx, '--dev', at('dev.tsv'), '--out', at('onnx'), '--json']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('onnx, fp32') });
  expect(JSON.parse(stdout)).toMatchObject({
    engine: 'onnx, fp32',
    stages: [
      { stage: 'fine-tune', steps: 57 },
      { stage: 'length-drop', steps: 19 },
    ],
  });
  expect(readJson(at('onnx/config.json'))).toMatchObject({ engine: 'onnx' });
  const evaluated = await runMain([
    'evaluate',
    ...small,
    '--model',
    at('onnx/model'),
    '--data',
    at('test.tsv'),
    '--min-score',
    '0.8',
  ]);
  expect(evaluated.code).toBe(0);
});
