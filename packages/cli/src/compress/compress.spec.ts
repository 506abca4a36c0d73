import { cpSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readJson } from '../testing/files.js';
import { runMain, small } from '../testing/run-main.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { tinyConfig, writeToyProject } from '../testing/tiny-model.js';

const folder = temporaryFolder();
const at = (...path: readonly string[]): string => join(folder, ...path);
const paretoSet = [
  { point: { lengths: [0.5, 0.25] }, score: 0.8, cost: 0.5, latencyMs: 3 },
  { point: { lengths: [0.6, 0.5] }, score: 0.85, cost: 0.7 },
  { point: { lengths: [0.9, 0.8] }, score: 0.9, cost: 0.9 },
];
const search = {
  seed: 4,
  metric: 'fidelity',
  split: 'search.tsv',
  examples: 9,
  calibration: { unit: 1 },
  speed: { samples: 2 },
};

beforeAll(async () => {
  await writeToyProject(folder);
  writeFileSync(
    at('model/length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, training: { epochs: 1 }, search, paretoSet }),
  );
});

const compress = (...argv: readonly string[]) => runMain(['compress', ...small, '--model', at('model'), ...argv]);
const sizeOf = (name: string): number => statSync(at(name, 'model.safetensors')).size;
const predict = async (name: string, ...argv: readonly string[]) => {
  const { code, stdout, stderr } = await runMain([
    'predict',
    '--threads',
    '1',
    '--json',
    '--model',
    at(name),
    'the film was really great',
    ...argv,
  ]);
  return {
    code,
    stderr,
    answer: (stdout === '' ? undefined : JSON.parse(stdout)) as Record<string, unknown> | undefined,
  };
};

test('8-bit weights, in a folder that both engines open', async () => {
  const before = tf.memory().numTensors;
  const { code, stdout, stderr } = await compress('--out', at('int8'));
  expect({ code, lines: stdout.split('\n') }).toEqual({
    code: 0,
    lines: [
      expect.stringMatching(/^ +before {2}after$/),
      expect.stringMatching(/^weights +0\.\d MB +0\.\d MB$/),
      `vocabulary  ${tinyConfig.vocab_size}      ${tinyConfig.vocab_size}`,
      '',
    ],
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(stderr).toContain('are those of the model before; --dev FILE measures them anew');
  expect(sizeOf('int8')).toBeLessThan(0.4 * sizeOf('model'));
  expect(readdirSync(at('int8')).sort()).toEqual([
    'config.json',
    'length_adaptive.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(readJson(at('int8/config.json'))).toMatchObject({
    quantization_config: { quant_method: 'compressed-tensors', format: 'int-quantized' },
  });
  expect(readJson(at('int8/length_adaptive.json'))).toMatchObject({
    search,
    paretoSet,
    compression: { weights: 'int8', scores: 'before' },
  });

  for (const engine of [
    ['--engine', 'onnx'],
    ['--engine', 'tfjs'],
  ]) {
    const [original, smaller] = [await predict('model', ...engine), await predict('int8', ...engine)];
    expect(smaller).toMatchObject({ code: 0, answer: { label: original.answer?.['label'] } });
    expect(
      Math.abs(Number(smaller.answer?.['score'] ?? Number.NaN) - Number(original.answer?.['score'] ?? Number.NaN)),
    ).toBeLessThan(0.02);
  }
  expect(
    (await runMain(['export', '--model', at('int8'), '--threads', '1', '--precision', 'fp32', '--out', at('exported')]))
      .code,
  ).toBe(0);
  expect(readJson(at('exported/config.json'))).not.toHaveProperty('quantization_config');
});

/** A folder as `model`, with one tensor more in its weights, or another in the place of one: four zeros of 16 bits without a sign. */
const withUnsigned = (name: string, tensor: string): string => {
  cpSync(at('model'), at(name), { recursive: true });
  const bytes = readFileSync(at('model/model.safetensors'));
  const length = Number(bytes.readBigUInt64LE());
  const { [tensor]: replaced, ...header } = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const size = bytes.length - 8 - length;
  if (replaced) header['unneeded'] = replaced;
  const text = Buffer.from(
    JSON.stringify({ ...header, [tensor]: { dtype: 'U16', shape: [4], data_offsets: [size, size + 8] } }),
  );
  writeFileSync(
    at(name, 'model.safetensors'),
    Buffer.concat([
      Buffer.from(BigUint64Array.of(BigInt(text.length)).buffer),
      text,
      bytes.subarray(8 + length),
      Buffer.alloc(8),
    ]),
  );
  return at(name);
};

test('a tensor that the model does not need and nobody can read is left out with a note, and one that it needs is an error', async () => {
  const { code, stderr } = await compress('--model', withUnsigned('extra', 'extra.c'), '--out', at('extra-int8'));
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('Not read, and left out: tensor "extra.c" (U16).'),
  });
  expect(await predict('extra-int8', '--engine', 'tfjs')).toMatchObject({ code: 0 });
  const needed = await compress('--model', withUnsigned('needed', 'classifier.bias'), '--out', at('needed-int8'));
  expect({ code: needed.code, stderr: needed.stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/tensor "classifier\.bias" has element type "U16"/),
  });
  expect(existsSync(at('needed-int8'))).toBe(false);
});

test('a vocabulary counted on texts, points of the Pareto set, and scores before and after', async () => {
  const { code, stdout, stderr } = await compress(
    '--out',
    at('all'),
    '--vocabulary',
    '40',
    '--data',
    at('train.tsv'),
    '--points',
    '3',
    '--dev',
    at('dev.tsv'),
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^vocabulary {5}\d+ +40$/m);
  expect(stdout).toMatch(/^tokens a text {2}\d+\.\d +\d+\.\d$/m);
  expect(stdout).toMatch(/^cost +fidelity before +after +accuracy before +after +flips +lengths$/m);
  expect(stdout.match(/^[01]\.\d{3}( +[01]\.\d{4}){5} +[01]\.\d\d [01]\.\d\d$/gm)).toHaveLength(3);
  expect(stderr).toContain(`wrote ${at('all')}`);
  expect(readJson(at('all/config.json'))).toMatchObject({ vocab_size: 40 });

  const written = readJson(at('all/length_adaptive.json'));
  const scored = expect.objectContaining({
    score: expect.any(Number),
    heldOutScore: expect.any(Number),
    flips: expect.any(Number),
    macs: expect.any(Number),
  });
  expect(written).toEqual({
    format: 'length-adaptive',
    version: 2,
    training: { epochs: 1 },
    compression: {
      weights: 'int8',
      vocabulary: 40,
      of: tinyConfig.vocab_size,
      counted: 'train.tsv',
      scores: 'after',
      tool: expect.stringContaining('@length-adaptive/cli'),
    },
    search: {
      seed: 4,
      metric: 'fidelity',
      split: 'dev.tsv',
      searchedOn: 'search.tsv',
      examples: 40,
      meanTokens: expect.any(Number),
      full: scored,
      heldOut: { split: 'dev.tsv', examples: 40, metric: 'accuracy' },
    },
    paretoSet: [scored, scored, scored],
  });
  const points = written['paretoSet'] as {
    point: { lengths: number[] };
    score: number;
    cost: number;
    heldOutScore: number;
    flips: number;
  }[];
  expect(points.map(({ point }) => point.lengths)).toEqual([
    [0.5, 0.25],
    [0.6, 0.5],
    [1, 1],
  ]);
  expect(points.at(-1)).toMatchObject({ score: 1, cost: 1 });
  for (const { point, cost, heldOutScore, flips } of points) {
    const evaluated = await runMain([
      'evaluate',
      ...small,
      '--model',
      at('all'),
      '--data',
      at('dev.tsv'),
      '--length-config',
      point.lengths.join(),
      '--json',
    ]);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({
      cost,
      scores: { accuracy: heldOutScore },
      ...(cost < 1 ? { flips } : {}),
    });
  }
  expect((await predict('all', '--budget', 'cost=0.99')).answer).toMatchObject({ point: { lengths: [0.6, 0.5] } });
});

test('as JSON, by another metric, back to floats, over a model that is there', async () => {
  const argv = [
    '--out',
    at('json'),
    '--weights',
    'fp32',
    '--dev',
    at('dev.tsv'),
    '--metric',
    'accuracy',
    '--json',
  ] as const;
  const { code, stdout, stderr } = await compress(...argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('wrote') });
  const { scored, ...result } = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
  expect(result).toEqual({
    model: at('model'),
    out: at('json'),
    weights: 'fp32',
    vocabulary: { before: tinyConfig.vocab_size, after: tinyConfig.vocab_size },
    bytes: { before: sizeOf('model'), after: sizeOf('json') },
  });
  expect(scored).toMatchObject({ metrics: ['accuracy'], examples: 40, engine: 'tfjs', backend: 'wasm' });
  const points = scored?.['points'] as {
    point: { lengths: number[] };
    scores: { before: number; after: number }[];
  }[];
  expect(points.map(({ point }) => point.lengths)).toEqual([...paretoSet.map(({ point }) => point.lengths), [1, 1]]);
  for (const { scores } of points) expect(scores).toEqual([{ before: scores[0]?.before, after: scores[0]?.before }]);
  expect(readJson(at('json/length_adaptive.json'))).toMatchObject({
    paretoSet: paretoSet.map(({ point }) => ({ point })),
  });

  expect(await compress(...argv)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('replace it with --overwrite'),
  });
  for (const name of ['reducer.safetensors', 'notes.txt']) writeFileSync(at(`json/${name}`), 'older');
  expect((await compress(...argv, '--overwrite')).code).toBe(0);
  expect(readdirSync(at('json'))).toContain('notes.txt');
  expect(readdirSync(at('json'))).not.toContain('reducer.safetensors'); // of the model before
});

test('a model that was never searched gets the score of its full length', async () => {
  cpSync(at('model'), at('plain'), { recursive: true });
  writeFileSync(
    at('plain/length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet: [] }),
  );
  const { code, stdout } = await compress(
    '--model',
    at('plain'),
    '--out',
    at('plain8'),
    '--points',
    '4',
    '--dev',
    at('dev.tsv'),
  );
  expect({ code, rows: stdout.match(/^1\.000 .* 1\.00 1\.00$/gm)?.length }).toEqual({ code: 0, rows: 1 });
  expect(readJson(at('plain8/length_adaptive.json'))).toMatchObject({
    paretoSet: [],
    search: { metric: 'accuracy', examples: 40 },
  });
});

test('stopped while it scores, it leaves nothing', async () => {
  expect(await compress('--out', at('stopped'), '--dev', at('dev.tsv'))).toMatchObject({ code: 0 });
  const { code } = await runMain(
    ['compress', ...small, '--model', at('model'), '--out', at('stopped2'), '--dev', at('dev.tsv')],
    { signal: AbortSignal.abort() },
  );
  expect(code).toBe(130);
  expect(readdirSync(folder).filter((name) => name.startsWith('stopped2'))).toEqual([]);
});

test.each<[string, readonly string[], number, string]>([
  ['no folder to write', [], 2, '--out is missing'],
  ['the folder of the model itself', ['--out', at('model', '.')], 2, '--out is the folder of the model'],
  [
    'texts without a vocabulary',
    ['--out', at('x'), '--data', at('train.tsv')],
    2,
    '--data is what --vocabulary counts',
  ],
  ['a metric without examples', ['--out', at('x'), '--metric', 'f1'], 2, '--metric is for the scores on --dev'],
  [
    'more tokens than there are',
    ['--out', at('x'), '--vocabulary', '900'],
    3,
    'tokens is 900; expected a whole number from',
  ],
  ['a precision that does not exist', ['--out', at('x'), '--weights', 'int4'], 2, 'one of fp32, fp16, int8'],
  ['no such model', ['--model', at('nowhere'), '--out', at('x')], 4, 'nowhere'],
  ['no such texts', ['--out', at('x'), '--vocabulary', '40', '--data', at('absent.tsv')], 4, 'absent.tsv'],
  ['a folder that cannot be written', ['--out', at('dev.tsv', 'out')], 3, 'cannot be written'],
])('%s', async (_, argv, code, message) => {
  expect(await compress(...argv)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  expect(existsSync(at('x'))).toBe(false);
});
