import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { useWasm } from '@length-adaptive/core/wasm';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { encodeExamples } from '../examples/encode-examples.js';
import { evaluate } from '../scoring/evaluate.js';
import { fineTune } from '../training/fine-tune.js';
import type { LengthAdaptiveFile } from '../folder/length-adaptive-file.js';
import { searchLengths } from '../search/length-search.js';
import { measureSpeed } from '../latency/measure-speed.js';
import type { TextModel } from '../model/open-model.js';
import { openModel, saveModel } from '../model/open-model.js';
import type { FailedPrediction, PredictOptions, Prediction } from './prediction.js';
import type { Predictor } from './predictor.js';
import { load } from './load.js';
import { createPredictor } from './predictor.js';
import { readSafetensors } from '../weights/safetensors.js';
import { sequenceClassification } from '../tasks/sequence-classification.js';
import type { TextInput, TokenInput } from '../tasks/task.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyConfig, tinyExamples, tinyFiles, tinyModel } from '../testing/tiny-model.js';
import { writeSafetensors } from '../weights/write-safetensors.js';

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

/** The main job in small: train, search, save. */
const trained = async (): Promise<TextModel> => {
  const text = await tinyModel();
  const { model, tokenizer } = text;
  const train = encodeExamples(tokenizer, model.task, tinyExamples(96));
  const data = { train, dev: train.slice(0, 32) };
  await fineTune(model, data, { epochs: 6, batchSize: 8, learningRate: 3e-3, seed: 1 });
  await fineTune(model, data, {
    epochs: 2,
    batchSize: 8,
    learningRate: 1e-3,
    seed: 2,
    lengthDrop: { dropRatioBound: 0.3 },
  });
  const { paretoSet, full, evaluations } = await searchLengths(model, data.dev, {
    generations: 2,
    populationSize: 6,
    dropRatioBound: 0.3,
  });
  expect(full.score).toBeGreaterThanOrEqual(0.9);
  expect(evaluations).toBeGreaterThan(8);
  expect(await evaluate(model, data.dev)).toBe(full.score);
  expect(await evaluate(model, data.dev, { metric: 'probability' })).toBeGreaterThan(0.7);
  expect(await evaluate(model, data.dev, { metric: 'fidelity' })).toBe(1);
  const reduced = await evaluate(model, data.dev, { metric: 'fidelity', point: { lengths: [0.5, 0.4, 0.3] } });
  expect(reduced).toBeGreaterThan(0);
  expect(reduced).toBeLessThan(1);
  const lengthAdaptive: LengthAdaptiveFile = {
    format: 'length-adaptive',
    version: 2,
    search: { evaluations },
    paretoSet,
  };
  return { ...text, lengthAdaptive };
};

describe('a model that was trained and searched', () => {
  const folder = temporaryFolder();
  let text: TextModel;
  let predictor: Predictor;
  beforeAll(async () => {
    text = await trained();
    predictor = createPredictor(text);
  });
  afterAll(() => predictor.dispose());

  test('has a Pareto set: cost and score rise together', () => {
    const { paretoSet, engine } = predictor;
    expect(engine).toBe('tfjs');
    expect(paretoSet.length).toBeGreaterThan(0);
    paretoSet.slice(1).forEach((point, i) => {
      expect(point.cost).toBeGreaterThan(paretoSet[i]?.cost ?? 1);
      expect(point.score).toBeGreaterThan(paretoSet[i]?.score ?? 1);
    });
  });

  test('answers in order, at full length by default, and says what it spent', async () => {
    const [good, bad] = await predictor.predict(['it is a very good phone', 'awful case']);
    expect(good).toMatchObject({
      label: 'good',
      point: { lengths: [1, 1, 1] },
      cost: 1,
      tokens: 8,
      keptTokens: [8, 8, 8],
    });
    expect(bad?.label).toBe('bad');
    expect(bad?.score).toBeCloseTo(bad?.probabilities?.['bad'] ?? Number.NaN);
  });

  test('gives the outputs of the model where they are asked for', async () => {
    const [plain, raw] = [
      await predictor.predict(['a very good phone']),
      await predictor.predict(['a very good phone'], { rawScores: true }),
    ].map(([prediction]) => prediction);
    expect(plain?.logits).toBeUndefined();
    const powers = (raw?.logits ?? []).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    Object.values(plain?.probabilities ?? {}).forEach((share, at) =>
      expect((powers[at] ?? 0) / sum).toBeCloseTo(share, 6),
    );
    expect(powers).toHaveLength(predictor.labels.length);
  });

  test('spends less under a budget', async () => {
    const cheapest = predictor.paretoSet[0];
    const [answer] = await predictor.predict(['it is a very good phone and the case works'], {
      budget: { cost: cheapest?.cost ?? 0 },
    });
    expect(answer?.point).toEqual(cheapest?.point);
    expect(answer?.cost).toBeLessThan(1);
    expect(answer?.keptTokens[2]).toBeLessThan(answer?.tokens ?? 0);
    const [enough] = await predictor.predict(['good'], { budget: { minScore: cheapest?.score ?? 1 } });
    expect(enough?.point).toEqual(cheapest?.point);
  });

  test('no answer costs more than its budget; where nothing is within it, the smallest share that can be had is told', async () => {
    const words = fc.integer({ min: 1, max: 14 });
    const asked = fc.record({ words, cost: fc.double({ min: 0.05, max: 1, noNaN: true }) });
    const seen = { kept: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 4 }), async (requests) => {
        for (const { words: count, cost } of requests) {
          const text = new Array<string>(count).fill('good').join(' ');
          const tokens = await predictor.countTokens(text);
          const shares = predictor.paretoSet.map(({ point }) => predictor.macs(tokens, point) / predictor.macs(tokens));
          const [{ error, ...answer }] = (await predictor.predict([text], { budget: { cost }, onError: 'answer' })) as [
            Prediction | FailedPrediction,
          ];
          if (error) {
            seen.refused += 1;
            expect(error).toMatchObject({ code: 'BUDGET_INFEASIBLE', nearest: { cost: Math.min(...shares) } });
            expect(error.nearest?.cost).toBeGreaterThan(cost);
            const [again] = await predictor.predict([text], { budget: { cost: error.nearest?.cost ?? 0 } });
            expect(again).toMatchObject({ cost: error.nearest?.cost, point: error.nearest?.point });
          } else {
            seen.kept += 1;
            expect(answer.cost).toBeLessThanOrEqual(cost + 1e-9);
            const fits = predictor.paretoSet.filter((_, i) => (shares[i] ?? 1) <= cost + 1e-9);
            const chosen = predictor.paretoSet.find(({ point }) => point === answer.point);
            expect(chosen?.score).toBe(Math.max(...fits.map(({ score }) => score)));
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(seen.kept).toBeGreaterThan(20);
    expect(seen.refused).toBeGreaterThan(20);
  });

  test('a text has points of its own to choose from, and is held to its own budget among others', async () => {
    const among = predictor.paretoSet;
    const cost = among[0]?.cost ?? 0;
    const long = 'it is a very good phone and the case works';
    const [one, other] = await predictor.predict([long, long], {
      points: [
        { cost: 1, among },
        { cost, among },
      ],
    });
    expect(one?.point).toEqual(among.at(-1)?.point);
    expect(other?.cost).toBeLessThanOrEqual(cost + 1e-9);
    const [short, whole] = await predictor.predict(['good', 'good'], { points: [{ cost: 0.01, among }, {}] });
    expect(short?.error).toMatchObject({ code: 'BUDGET_INFEASIBLE', nearest: { cost: expect.any(Number) } });
    expect(whole?.cost).toBe(1);
    for (const [own, code] of [
      [{ cost: 1, among: [] }, 'OPTION_INVALID'],
      [{ cost: 2, among }, 'BUDGET_INVALID'],
    ] as const)
      await expect(predictor.predict([long], { points: [own] })).rejects.toMatchObject({ code });
  });

  test('a generous latency budget buys the best score; an impossible one is refused', async () => {
    const [best] = await predictor.predict(['a nice phone'], { budget: { latencyMs: 60_000 } });
    expect(best?.point).toEqual(predictor.paretoSet.at(-1)?.point);
    await expect(predictor.predict(['a nice phone'], { budget: { latencyMs: 1e-6 } })).rejects.toMatchObject({
      code: 'BUDGET_INFEASIBLE',
    });
  });

  test('a batch answers as single texts do', async () => {
    const texts = tinyExamples(12).map((example) => example.text);
    const point = { lengths: [0.7, 0.5, 0.3] };
    const together = await predictor.predict(texts, { point });
    for (const [i, single] of texts.entries()) {
      const [alone] = await predictor.predict([single], { point });
      expect(alone?.label).toBe(together[i]?.label);
      expect(alone?.score).toBeCloseTo(together[i]?.score ?? Number.NaN, 4);
    }
  });

  test('texts with points of their own answer as they do alone', async () => {
    const texts = ['good good', 'bad film and a long one', 'a good film', 'bad'];
    const points = [{}, { lengths: [0.5, 0.4, 0.3] }, { lengths: [0.8, 0.6, 0.5] }, { lengths: [0.5, 0.4, 0.3] }];
    const together = await predictor.predict(texts, { points });
    for (const [row, text] of texts.entries()) {
      const [alone] = await predictor.predict([text], { point: points[row] });
      expect(together[row]).toMatchObject({ label: alone?.label, cost: alone?.cost, keptTokens: alone?.keptTokens });
      expect(together[row]?.score).toBeCloseTo(alone?.score ?? Number.NaN, 5);
    }
    await expect(predictor.predict(texts, { points: [{}] })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining('4 texts came with 1'),
    });
    await expect(predictor.predict(['good'], { points: [{ lengths: [0.5, 0.6, 0.5] }] })).rejects.toMatchObject({
      code: 'LENGTH_CONFIG_INVALID',
    });
  });

  test('token ids answer as the text that they are of', async () => {
    const { encoding, prediction } = await predictor.inspect('a good film');
    const [answer] = await predictor.predict([{ ids: encoding.ids, typeIds: encoding.typeIds }]);
    expect(answer).toEqual(prediction);
    expect(await predictor.countTokens('a good film')).toBe(encoding.ids.length);
    for (const [input, message] of [
      [{ ids: [] }, 'no token ids'],
      [{ ids: [2, 1e6] }, 'id 1000000'],
      [{ ids: [2, 5], typeIds: [0] }, '1 segment ids'],
      [{ ids: [2, 5], typeIds: [0, 9] }, 'segment id 9'],
    ] as const) {
      await expect(predictor.predict([input])).rejects.toMatchObject({ message: expect.stringContaining(message) });
    }
    await expect(predictor.predict([{ ids: new Array<number>(1000).fill(5) }])).rejects.toMatchObject({
      code: 'TEXT_TOO_LONG',
    });
  });

  describe('of several texts, one that cannot be read has its error in its place', () => {
    const long = 'good '.repeat(40);
    const unread: [string, TextInput | TokenInput, string][] = [
      ['an empty text', '', 'TEXT_EMPTY'],
      ['white space', ' \n\t', 'TEXT_EMPTY'],
      ['an empty second text', ['good', ''], 'TEXT_EMPTY'],
      ['a text that is too long', long, 'TEXT_TOO_LONG'],
      ['a token that the model does not have', { ids: [2, 1e6] }, 'OPTION_INVALID'],
      ['no tokens', { ids: [] }, 'TEXT_EMPTY'],
      ['what is no text', null as unknown as string, 'OPTION_INVALID'],
    ];

    test.each(unread)('%s', async (_, text, code) => {
      const [first, wrong, last] = await predictor.predict(['good', text, 'awful case']);
      expect(wrong).toEqual({ error: { code, message: expect.any(String) } });
      expect(first?.score).toBeCloseTo((await predictor.predict(['good']))[0].score, 5);
      expect(last?.score).toBeCloseTo((await predictor.predict(['awful case']))[0].score, 5);
      await expect(predictor.predict([text])).rejects.toMatchObject({ code });
      await expect(predictor.predict(['good', text], { onError: 'throw' })).rejects.toMatchObject({ code });
      expect(await predictor.predict([text], { onError: 'answer' })).toEqual([wrong]);
    });

    test('answers and errors stay where their texts are, whatever the order', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom('good', 'bad phone', '', long), { minLength: 2, maxLength: 8 }),
          async (texts) => {
            const codes: Record<string, string> = { '': 'TEXT_EMPTY', [long]: 'TEXT_TOO_LONG' };
            const points = texts.map((_, row) => ({ lengths: [1, 1, [1, 0.5, 0.3][row % 3] ?? 1] }));
            const answers = await predictor.predict(texts, { points });
            expect(answers.map(({ error }) => error?.code)).toEqual(texts.map((text) => codes[text]));
            expect(answers.map(({ point }) => point)).toEqual(
              texts.map((text, row) => (text in codes ? undefined : points[row])),
            );
          },
        ),
        { numRuns: 20 },
      ));

    test('all of them may be errors; what is wrong with the call refuses it all the same', async () => {
      expect((await predictor.predict(['', ''])).map(({ error }) => error?.code)).toEqual(['TEXT_EMPTY', 'TEXT_EMPTY']);
      expect(await predictor.predict([])).toEqual([]);
      await expect(predictor.predict(['good', ''], { budget: { cost: -1 } })).rejects.toMatchObject({
        code: 'BUDGET_INVALID',
      });
      await expect(predictor.predict(['good', ''], { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ABORTED',
      });
    });
  });

  test('inspection tells which tokens each layer kept', async () => {
    const { encoding, layers, prediction } = await predictor.inspect('it is a very good phone', {
      point: { lengths: [0.75, 0.5, 0.25] },
    });
    expect(encoding.tokens).toEqual(['[CLS]', 'it', 'is', 'a', 'very', 'good', 'phone', '[SEP]']);
    expect(layers.map((kept) => kept.length)).toEqual([6, 4, 2]);
    expect(prediction.keptTokens).toEqual([6, 4, 2]);
    for (const kept of layers) expect(kept[0]).toBe(0);
  });

  test('nothing is left behind by predicting', async () => {
    await predictor.predict(['good'], { point: { lengths: [0.5, 0.5, 0.5] } });
    const before = tf.memory().numTensors;
    await predictor.predict(['good', 'bad phone'], { point: { lengths: [0.5, 0.5, 0.5] } });
    await predictor.inspect('a good phone', { point: { lengths: [0.5, 0.5, 0.5] } });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a saved model loads and answers the same', async () => {
    await saveModel(folder, text);
    const again = await load(folder);
    expect(again.paretoSet).toEqual(predictor.paretoSet);
    expect(await again.predict(['a nice phone'])).toEqual(await predictor.predict(['a nice phone']));
    again.dispose();
  });

  test('the search resumes to the same result', async () => {
    const examples = encodeExamples(text.tokenizer, text.model.task, tinyExamples(16));
    const options = { populationSize: 4, dropRatioBound: 0.3, seed: 9 };
    const whole = await searchLengths(text.model, examples, { ...options, generations: 3 });
    let saved: unknown;
    await searchLengths(text.model, examples, {
      ...options,
      generations: 1,
      onGeneration: (_, checkpoint) => void (saved = structuredClone(checkpoint)),
    });
    expect(await searchLengths(text.model, examples, { ...options, generations: 3, resume: saved })).toEqual(whole);
  });

  test('a text that comes as a string has its answer alone', async () => {
    const [first] = await predictor.predict(['good film'], { budget: { cost: 0.8 } });
    expect(await predictor.predict('good film', { budget: { cost: 0.8 } })).toEqual(first);
    await expect(predictor.predict('')).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
    expect((await predictor.predict('', { onError: 'answer' })).error?.code).toBe('TEXT_EMPTY');
  });

  test('a budget that nothing keeps refuses, or runs what comes nearest where it is not strict', async () => {
    const text = 'good film and bad book';
    const refusal = await predictor.predict(text, { budget: { cost: 0.01 }, onError: 'answer' });
    const { nearest } = refusal.error ?? {};
    expect(nearest?.cost).toBeGreaterThan(0.01);
    const answer = await predictor.predict(text, { budget: { cost: 0.01, strict: false } });
    expect(answer).toMatchObject({ ...nearest, overBudget: true });
    expect(await predictor.predict(text, { budget: { latencyMs: 1e-6, strict: false } })).toMatchObject({
      overBudget: true,
    });
    const best = await predictor.predict(text, { budget: { minScore: 1.5, strict: false } });
    const most = Math.max(...predictor.paretoSet.map(({ score }) => score));
    expect(predictor.paretoSet.filter(({ score }) => score === most).map(({ point }) => point)).toContainEqual(
      best.point,
    );
    expect(await predictor.predict(text, { budget: { cost: 1, strict: false } })).not.toHaveProperty('overBudget');
  });

  test('speed is measured against the full length', async () => {
    const inputs = encodeExamples(text.tokenizer, text.model.task, tinyExamples(4)).map(({ input }) => input);
    const [full, small] = await measureSpeed(text.model, inputs, [{ lengths: [0.5, 0.4, 0.3] }], { repeats: 2 });
    expect(full).toMatchObject({ point: { lengths: [1, 1, 1] }, speedup: 1 });
    expect(small?.milliseconds).toBeGreaterThan(0);
  });

  test.each([
    [[''], {}, 'TEXT_EMPTY'],
    [['good '.repeat(40)], {}, 'TEXT_TOO_LONG'],
    [['good'], { budget: { cost: -1 } }, 'BUDGET_INVALID'],
    [['good'], { budget: 0.5 as never }, 'BUDGET_INVALID'],
    [['good'], { budget: 0 as never }, 'BUDGET_INVALID'],
    [['good'], { budget: { costs: 0.5 } as never }, 'BUDGET_INVALID'],
    [undefined as never, {}, 'OPTION_INVALID'],
    [{ text: 'good' } as never, {}, 'OPTION_INVALID'],
    [['good'], { point: { lengths: [0.5, 0.6, 0.7] } }, 'LENGTH_CONFIG_INVALID'],
    [['good'], { signal: AbortSignal.abort() }, 'ABORTED'],
  ])('refuses %j with %j: %s', async (texts, options, code) => {
    await expect(predictor.predict(texts, options)).rejects.toMatchObject({ code });
  });

  test.each([
    ['lengthConfig', { lengthConfig: [0.5, 0.4, 0.3] }, 'point: { lengths: [...] }'],
    ['lengthConfigs', { lengthConfigs: [[0.5, 0.4, 0.3]] }, 'points: [{ lengths: [...] }, ...]'],
  ])('says what to write in place of the option %s, which is no more', async (name, options, advice) => {
    const refused = { code: 'OPTION_INVALID', message: `The option "${name}" is no more; write ${advice}.` };
    await expect(predictor.predict(['good'], options as PredictOptions)).rejects.toMatchObject(refused);
    await expect(predictor.inspect('good', options as PredictOptions)).rejects.toMatchObject(refused);
    await expect(predictor.countTokens('good', options as PredictOptions)).rejects.toMatchObject(refused);
    expect(await predictor.predict(['good'], { [name]: undefined })).toHaveLength(1);
  });

  test('refuses a point that says what this release does not run', async () => {
    const point: OperatingPoint & { readonly threshold: number } = { lengths: [0.5, 0.4, 0.3], threshold: 4 };
    await expect(predictor.predict(['good'], { point })).rejects.toMatchObject({
      code: 'OPERATING_POINT_INVALID',
      message: expect.stringContaining('the field "threshold" is not known'),
    });
    await expect(predictor.predict(['good'], { point: { bits: 8 } })).rejects.toMatchObject({
      code: 'OPERATING_POINT_INVALID',
      message: expect.stringContaining('8 bits, and the model as it was opened on tfjs has 32'),
    });
    const ranks = { attention: [0.5, 0.5, 0.5], feedForward: [0.5, 0.5, 0.5] };
    await expect(predictor.predict(['good'], { point: { ranks } })).rejects.toMatchObject({
      code: 'OPERATING_POINT_INVALID',
      message: expect.stringContaining('the model has no factors'),
    });
  });

  test('the empty point is the full model', async () => {
    const [empty] = await predictor.predict(['a good phone'], { point: {} });
    const [full] = await predictor.predict(['a good phone']);
    expect({ ...empty, point: full?.point }).toEqual(full);
    expect(empty?.point).toEqual({});
    const { layers } = await predictor.inspect('a good phone', { point: {} });
    expect(layers).toEqual((await predictor.inspect('a good phone')).layers);
  });

  test('cuts a long text when asked to', async () => {
    const [answer, whole] = await predictor.predict(['good '.repeat(40), 'good'], { truncate: true });
    expect(answer).toMatchObject({ label: 'good', tokens: 32, cutTokens: 10 });
    expect(whole).not.toHaveProperty('cutTokens');
  });
});

test('a model that was never searched runs at full length only', async () => {
  const predictor = createPredictor(await openModel(memorySource(await tinyFiles())));
  expect(predictor.paretoSet).toEqual([{ point: { lengths: [1, 1, 1] }, score: Number.NaN, cost: 1 }]);
  await expect(predictor.predict(['good'], { budget: { cost: 0.5 } })).rejects.toMatchObject({
    code: 'BUDGET_INFEASIBLE',
  });
  await expect(predictor.predict(['good'], { budget: { minScore: 0.5 } })).rejects.toThrow(/never searched/);
  for (const budget of [{ cost: 0.5 }, { minScore: 0.5 }, { latencyMs: 1e-6 }]) {
    const [nearest] = await predictor.predict(['good'], { budget: { ...budget, strict: false } });
    expect(nearest).toMatchObject({ cost: 1, overBudget: true });
  }
  predictor.dispose();
});

test('a head for other labels is replaced, one for the same labels kept', async () => {
  const source = memorySource(await tinyFiles());
  const kept = await openModel(source, { task: sequenceClassification(['bad', 'good']) });
  expect(kept.model.initialised).toEqual([]);
  kept.model.dispose();
  const replaced = await openModel(source, { task: () => sequenceClassification(['a', 'b', 'c']) });
  expect(replaced.model.initialised).toEqual(['classifier.weight', 'classifier.bias']);
  replaced.model.dispose();
});

test('a checkpoint without a trained head does not answer', async () => {
  const files = await tinyFiles();
  const { tensors } = readSafetensors(files['model.safetensors'] as Uint8Array);
  tensors.delete('classifier.weight');
  const source = memorySource({ ...files, 'model.safetensors': writeSafetensors(tensors) });
  const before = tf.memory().numTensors;
  await expect(load(source)).rejects.toThrow(/no head to answer with \(it lacks classifier.weight\)/);
  expect(tf.memory().numTensors).toBe(before);
});

test('a Pareto set of another model is refused', async () => {
  const text = await tinyModel();
  const lengthAdaptive = {
    format: 'length-adaptive',
    version: 2,
    paretoSet: [{ point: { lengths: [0.5] }, score: 1, cost: 0.5 }],
  } as const;
  expect(() => createPredictor({ ...text, lengthAdaptive })).toThrow(/1 entries for a model of 3 layers/);
  text.model.dispose();
});

test('a model that opens with what does not go with it leaves nothing behind', async () => {
  const lengthAdaptive = {
    format: 'length-adaptive',
    version: 2,
    paretoSet: [{ point: { lengths: [0.5] }, score: 1, cost: 0.5 }],
  };
  const source = memorySource({ ...(await tinyFiles()), 'length_adaptive.json': JSON.stringify(lengthAdaptive) });
  const before = tf.memory().numTensors;
  await expect(load(source)).rejects.toMatchObject({ code: 'LENGTH_CONFIG_INVALID' });
  expect(tf.memory().numTensors).toBe(before);
});

test('training without examples is refused', async () => {
  const { model } = await tinyModel();
  await expect(fineTune(model, { train: [] })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  await expect(searchLengths(model, [])).rejects.toMatchObject({ code: 'DATA_INVALID' });
  model.dispose();
});

test('a latency budget for texts much longer than any that was timed is calibrated anew', async () => {
  const text = await openModel(memorySource(await tinyFiles({ ...tinyConfig, max_position_embeddings: 260 })));
  const lengths: number[] = [];
  const run: typeof text.model.run = (inputs, options) => {
    lengths.push(...inputs.map(({ ids }) => ids.length));
    return text.model.run(inputs, options);
  };
  const predictor = createPredictor({ ...text, model: { ...text.model, run } });
  const budget = { latencyMs: 60_000 };
  const timedFor = async (words: number): Promise<number> => {
    lengths.length = 0;
    await predictor.predict([Array.from({ length: words }, () => 'good').join(' ')], { budget });
    return Math.max(...lengths);
  };
  expect(await timedFor(5)).toBe(128);
  expect(await timedFor(180)).toBe(182); // within what was timed, give or take
  expect(lengths).toHaveLength(1);
  expect(await timedFor(250)).toBe(252);
  expect(lengths.length).toBeGreaterThan(10);
  predictor.dispose();
});

test('calls that come together calibrate once, and one that is stopped leaves it to the next', async () => {
  const text = await tinyModel();
  let [active, most, timed] = [0, 0, 0];
  const run: typeof text.model.run = async (inputs, options) => {
    const isTimed = inputs[0]?.ids instanceof Int32Array; // a blank input
    if (!isTimed) return text.model.run(inputs, options);
    timed += 1;
    most = Math.max(most, (active += 1));
    await new Promise((resolve) => setTimeout(resolve, 1));
    return text.model.run(inputs, options).finally(() => (active -= 1));
  };
  const predictor = createPredictor({ ...text, model: { ...text.model, run } });
  const budget = { latencyMs: 60_000 };
  const stop = new AbortController();
  const stopped = predictor.predict('good', { budget, signal: stop.signal });
  const others = Promise.all(['good', 'bad', 'a phone'].map((each) => predictor.predict(each, { budget })));
  setTimeout(() => stop.abort(), 5);
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await others).toHaveLength(3);
  expect(most).toBe(1);
  const before = timed;
  await predictor.predict('bad', { budget });
  expect(timed).toBe(before);
  predictor.dispose();
});

test('as many texts as come are answered: nothing of a call grows faster than it', async () => {
  const text = await tinyModel();
  const run = async (inputs: readonly unknown[]): Promise<Float32Array> =>
    Float32Array.from({ length: 2 * inputs.length }, (_, i) => i % 2);
  const predictor = createPredictor({ ...text, model: { ...text.model, batchTokens: 3_000, run } });
  const input: TokenInput = { ids: [2, 5, 3] };
  const answers = await predictor.predict(Array<TokenInput>(200_000).fill(input));
  expect(answers).toHaveLength(200_000);
  expect(answers.at(-1)).toMatchObject({ label: 'good', tokens: 3 });
  predictor.dispose();
});
