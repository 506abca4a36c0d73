import { encode } from '@length-adaptive/core';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { cosine, norm, unit } from '../metrics/vectors.js';
import { openModel } from '../model/open-model.js';
import type { TextModel } from '../model/open-model.js';
import { createPredictor } from '../predictor/predictor.js';
import type { Predictor } from '../predictor/predictor.js';
import { createScorer } from '../scoring/score.js';
import { memorySource, tinyModel } from '../testing/tiny-model.js';
import { tinyEmbedderFiles } from '../testing/tiny-embedder.js';
import type { EmbeddingSettings } from './embedding-settings.js';
import { taskOf } from './task-config.js';

let files: Awaited<ReturnType<typeof tinyEmbedderFiles>>;
let text: TextModel;
let predictor: Predictor;
beforeAll(async () => {
  await tf.setBackend('cpu');
  files = await tinyEmbedderFiles({ more: { prompts: { query: 'good', nothing: '' } } });
  text = await openModel(memorySource(files));
  predictor = createPredictor(text);
});
afterAll(() => predictor.dispose());

/** A predictor of the same weights with other settings. */
const withSettings = async (embedding: Partial<EmbeddingSettings>): Promise<Predictor> =>
  createPredictor(await openModel(memorySource(files), { embedding }));

const short = 'a good phone';
const reduced = { point: { lengths: [0.8, 0.6, 0.4] } };

/** Last states of the tokens of a text: [T][hidden]. */
const statesOf = async (words: string, config?: readonly number[]): Promise<number[][]> => {
  const { ids } = text.tokenizer.encode(words);
  const { hidden } = encode(text.model.encoder, [{ ids }], { config });
  const [rows] = await hidden.array();
  hidden.dispose();
  return rows ?? [];
};

const weightedMean = (rows: readonly (readonly number[])[], weights: readonly number[]): number[] => {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return (rows[0] ?? []).map((_, i) =>
    rows.reduce((sum, row, at) => sum + ((row[i] ?? 0) * (weights[at] ?? 0)) / all, 0),
  );
};

const expectNear = (given: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void => {
  expect(given).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((given[i] as number) - (expected[i] as number))).toBeLessThan(tolerance);
};

describe('which checkpoints make vectors', () => {
  test.each([
    [{ architectures: ['BertModel'] }, 'embedding'],
    [{ architectures: ['BertForMaskedLM'], length_adaptive_embedding: { pooling: 'first' } }, 'embedding'],
    [{ architectures: ['BertModel'], id2label: { 0: 'a', 1: 'b' } }, 'sequence-classification'],
    [{ architectures: ['BertForMaskedLM'] }, 'sequence-classification'],
  ])('%j is of %s', (more, name) => {
    const { architectures: _, id2label: __, ...config } = text.model.config;
    const { length_adaptive_embedding: ___, ...bare } = config;
    expect(taskOf({ ...bare, ...more }).name).toBe(name);
  });
});

describe('the vector of a text', () => {
  test.each(['mean', 'weighted-mean', 'first'] as const)('%s: by hand from the last states', async (pooling) => {
    const other = await withSettings({ pooling, normalize: false });
    for (const config of [undefined, reduced.point.lengths]) {
      const rows = await statesOf('a good phone is very good', config);
      const weights = {
        mean: () => 1,
        'weighted-mean': (at: number) => at + 1,
        first: (at: number) => Number(at === 0),
      };
      const expected = weightedMean(
        rows,
        rows.map((_, at) => weights[pooling](at)),
      );
      const [{ vector }] = await other.embed(['a good phone is very good'], config && { point: { lengths: config } });
      expectNear(vector, expected);
    }
    other.dispose();
  });

  test('without pooling every token has its last state, and a text none', async () => {
    const other = await withSettings({ pooling: 'none', normalize: false, dimensions: 8 });
    for (const lengths of [undefined, reduced.point.lengths]) {
      const rows = await statesOf('a good phone is very good', lengths);
      const [{ tokenEmbeddings = [], embedding }] = await other.predict(
        ['a good phone is very good'],
        lengths && { point: { lengths } },
      );
      expect(tokenEmbeddings).toHaveLength(rows.length);
      tokenEmbeddings.forEach((vector, token) => expectNear(vector, rows[token]?.slice(0, 8) ?? []));
      expect(embedding).toBeUndefined();
    }
    for (const refused of [other.embed([short]), other.identity()])
      await expect(refused).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/pooling of this model is none.*tokenEmbeddings/) as string,
      });
    other.dispose();
  });

  test('has length 1 where the checkpoint normalises', async () => {
    const [{ vector, point, cost, tokens, keptTokens }] = await predictor.embed([short], reduced);
    expect(norm(vector)).toBeCloseTo(1, 6);
    expect({ point, tokens, keptTokens }).toEqual({ ...reduced, tokens: 5, keptTokens: [4, 3, 2] });
    expect(cost).toBeLessThan(1);
  });

  test('of a batch each text has what it has alone, in the order of the texts', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('good', 'bad', 'phone', 'is', 'very'), { minLength: 1, maxLength: 20 }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.constantFrom('mean', 'weighted-mean', 'first'),
        async (given, pooling) => {
          const texts = given.map((words) => words.join(' '));
          const other = await withSettings({ pooling: pooling });
          const together = await other.embed(texts, { ...reduced, onError: 'throw' });
          for (const [row, words] of texts.entries()) {
            const [{ vector }] = await other.embed([words], reduced);
            expectNear(together[row]?.vector ?? [], vector);
          }
          other.dispose();
        },
      ),
      { numRuns: 12 },
    ));

  test('what is put before it changes it as the same words in it would', async () => {
    const vectorOf = async (...given: Parameters<Predictor['embed']>): Promise<ArrayLike<number>> => {
      const [found] = await predictor.embed(...given);
      return found?.vector ?? [];
    };
    expectNear(await vectorOf([' phone'], { prompt: 'query' }), await vectorOf(['good phone']));
    expectNear(await vectorOf(['phone'], { prompt: { text: 'bad ' } }), await vectorOf(['bad phone']));
    expectNear(await vectorOf(['phone'], { prompt: 'nothing' }), await vectorOf(['phone']));
    const bydefault = await withSettings({ defaultPrompt: 'query' });
    const [{ vector }] = await bydefault.embed([' phone']);
    expectNear(vector, await vectorOf(['good phone']));
    const [{ vector: without }] = await bydefault.embed(['phone'], { prompt: null });
    expectNear(without, await vectorOf(['phone']));
    bydefault.dispose();
  });

  test('is of all tokens, or of those that are kept: the same at full length and where tokens merge', async () => {
    const kept = await withSettings({ averaged: 'kept' });
    const words = 'the phone is a very good phone and the case works fine, great and nice';
    const [all, own] = [await predictor.embed([words], reduced), await kept.embed([words], reduced)];
    const { ids } = text.tokenizer.encode(words);
    const { hidden } = encode(text.model.encoder, [{ ids }], { config: reduced.point.lengths, wanted: 'survivors' });
    const [left = []] = await hidden.array();
    hidden.dispose();
    expect(left.length).toBeLessThan(ids.length);
    const sum = Array.from({ length: 32 }, (_, i) => left.reduce((total, state) => total + (state[i] ?? 0), 0));
    expect(cosine(own[0].vector, sum)).toBeCloseTo(1, 5);
    expect(cosine(own[0].vector, all[0].vector)).toBeLessThan(0.999);
    expect([...(await kept.embed([words]))[0].vector]).toEqual([...(await predictor.embed([words]))[0].vector]);
    expect(await kept.identity()).toBe(await predictor.identity());
    const merging = await Promise.all(
      ([undefined, { averaged: 'kept' }] as const).map(async (embedding) =>
        createPredictor(await openModel(memorySource(files), { reducer: 'tome', ...(embedding && { embedding }) })),
      ),
    );
    const merged = await Promise.all(merging.map(async (of) => (await of.embed([words], reduced))[0].vector));
    expect(cosine(merged[0] ?? [], merged[1] ?? [])).toBeCloseTo(1, 6);
    for (const each of [kept, ...merging]) each.dispose();
  });

  test('of kept tokens is for a mean whose length does not count', async () => {
    await expect(withSettings({ averaged: 'kept', normalize: false })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('vectors are not brought to length 1') as unknown,
    });
    await expect(withSettings({ averaged: 'kept', pooling: 'first' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  test('fewer dimensions are the first ones, at length 1 again', async () => {
    const [{ vector: whole }] = await predictor.embed([short]);
    const [{ vector }] = await predictor.embed([short], { dimensions: 8 });
    expectNear(vector, unit(whole.subarray(0, 8)));
    const truncated = await withSettings({ dimensions: 8 });
    expectNear((await truncated.embed([short]))[0].vector, vector);
    await expect(truncated.embed([short], { dimensions: 9 })).rejects.toThrow(/dimensions is 9.*vectors have 8/);
    truncated.dispose();
  });

  test('int8 keeps the direction, binary the signs', async () => {
    const [{ vector: whole }] = await predictor.embed([short]);
    const [{ vector: bytes, scale = 0 }] = await predictor.embed([short], { format: 'int8' });
    expect(bytes).toBeInstanceOf(Int8Array);
    expectNear(
      Array.from(bytes, (value) => value * scale),
      whole,
      scale / 2 + 1e-7,
    );
    expect(cosine(bytes, whole)).toBeGreaterThan(0.999);
    const [{ vector: bits }] = await predictor.embed([short], { format: 'binary' });
    expect(bits).toHaveLength(4);
    const written = Array.from(bits, (byte) => byte.toString(2).padStart(8, '0')).join('');
    expect(written).toBe(Array.from(whole, (value) => (value > 0 ? '1' : '0')).join(''));
  });
});

describe('a text that is too long', () => {
  const long = 'good bad phone is '.repeat(30); // 122 tokens for 32 positions

  test('is cut, which is told', async () => {
    const [{ vector, tokens, cutTokens }] = await predictor.embed([long]);
    expect({ tokens, cutTokens }).toEqual({ tokens: 32, cutTokens: 90 });
    expectNear(
      vector,
      (await predictor.embed(['good bad phone is '.repeat(8).trim().split(' ').slice(0, 30).join(' ')]))[0].vector,
    );
  });

  test('or read in windows, whose vectors are averaged', async () => {
    const words = long.trim().split(' ');
    const windows = [0, 1, 2, 3].map((n) => words.slice(30 * n, 30 * (n + 1)).join(' '));
    const parts = await predictor.embed(windows, { onError: 'throw' });
    const [{ vector, tokens, cutTokens }] = await predictor.embed([long], { longTexts: 'windows' });
    expect({ tokens, cutTokens }).toEqual({ tokens: 128, cutTokens: undefined });
    expectNear(
      vector,
      unit(
        weightedMean(
          parts.map((part) => [...part.vector]),
          [1, 1, 1, 1],
        ),
      ),
    );
  });

  test('or refused, among others in its place', async () => {
    await expect(predictor.embed([long], { longTexts: 'refuse' })).rejects.toMatchObject({ code: 'TEXT_TOO_LONG' });
    const [first, second] = await predictor.embed([long, short], { longTexts: 'refuse' });
    expect(first?.error?.code).toBe('TEXT_TOO_LONG');
    expect(second?.vector).toHaveLength(32);
  });

  test('is as long as the checkpoint says', async () => {
    const shorter = await withSettings({ maxLength: 10 });
    const [{ tokens, cutTokens }] = await shorter.embed([long]);
    expect({ tokens, cutTokens }).toEqual({ tokens: 10, cutTokens: 112 });
    shorter.dispose();
  });
});

test.each([
  [{ dimensions: 33 }, 'OPTION_INVALID', /dimensions is 33; this model's vectors have 32/],
  [{ dimensions: 0 }, 'OPTION_INVALID', /dimensions is 0/],
  [{ prompt: 'passage' }, 'OPTION_INVALID', /no prompt called "passage"; it has query, nothing/],
  [{ format: 'float16' as 'int8' }, 'OPTION_INVALID', /format is "float16"; expected one of float32, int8, binary/],
  [{ budget: { cost: 2 } }, 'BUDGET_INVALID', /cost is 2/],
])('refuses %j', async (options, code, message) => {
  await expect(predictor.embed([short, short], options)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test('an empty text has its error in its place', async () => {
  const [empty, full] = await predictor.embed(['', short]);
  expect(empty).toEqual({ error: { code: 'TEXT_EMPTY', message: expect.any(String) as string } });
  expect(full?.error).toBeUndefined();
  await expect(predictor.embed([''])).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
  expect(await predictor.embed([])).toEqual([]);
});

test('a model of another task makes no vectors', async () => {
  const classifier = createPredictor(await tinyModel());
  await expect(classifier.embed([short])).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('does sequence-classification and makes no vectors') as string,
  });
  classifier.dispose();
});

describe('scores', () => {
  const pairs = [
    { text: 'a good phone', pair: 'a great phone', label: '5' },
    { text: 'a good phone', pair: 'sad case breaks', label: '1' },
    { text: 'it is very bad', pair: 'it is awful', label: 3.5 },
  ];

  test('pairs by how their cosines go with their labels', async () => {
    const examples = text.model.task.encode(text.tokenizer, pairs);
    expect(examples).toHaveLength(6);
    const vectors = [
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    expect(text.model.task.score('spearman', vectors, examples)).toBeCloseTo(1, 12);
    const cosines = [1, 0, Math.SQRT1_2];
    const [mx, my] = [(1 + Math.SQRT1_2) / 3, 9.5 / 3];
    const sum = (of: (i: number) => number): number => [0, 1, 2].reduce((all, i) => all + of(i), 0);
    const [x, y] = [(i: number) => (cosines[i] ?? 0) - mx, (i: number) => ([5, 1, 3.5][i] ?? 0) - my];
    const pearson = sum((i) => x(i) * y(i)) / Math.sqrt(sum((i) => x(i) ** 2) * sum((i) => y(i) ** 2));
    expect(text.model.task.score('pearson', vectors, examples)).toBeCloseTo(pearson, 12);
    // A pair whose second text was left out by sampling is not counted.
    expect(text.model.task.score('spearman', vectors.slice(0, 5), examples.slice(0, 5))).toBeCloseTo(1, 12);
    expect(() => text.model.task.score('accuracy', vectors, examples)).toThrow(/not scored by "accuracy"/);
  });

  test('without labels by the mean cosine to the full vectors', async () => {
    const examples = text.model.task.encode(text.tokenizer, [{ text: short }, { text: 'it is very bad' }]);
    const scorer = await createScorer(text.model, examples, 'fidelity');
    const full = await predictor.embed([short, 'it is very bad'], { onError: 'throw' });
    const less = await predictor.embed([short, 'it is very bad'], { ...reduced, onError: 'throw' });
    const cosines = full.map(({ vector }, i) => cosine(vector, less[i]?.vector ?? []));
    expect(scorer(full.map(({ vector }) => vector))).toBeCloseTo(1, 6);
    expect(scorer(less.map(({ vector }) => vector))).toBeCloseTo(((cosines[0] ?? 0) + (cosines[1] ?? 0)) / 2, 5);
    expect(() => text.model.task.score('spearman', [[1], [1]], examples)).toThrow(/needs pairs of texts/);
  });

  test('a label that is no number is refused, with the example', () => {
    expect(() => text.model.task.encode(text.tokenizer, [{ text: 'good', pair: 'bad', label: 'alike' }])).toThrow(
      /Example 1: the label "alike" is no number/,
    );
  });
});

test('nothing is left behind by making vectors', async () => {
  await predictor.embed([short], reduced);
  const before = tf.memory().numTensors;
  await predictor.embed([short, 'it is very bad'], reduced);
  expect(tf.memory().numTensors).toBe(before);
});

test('a call under way is answered to its end, however many texts it has', async () => {
  const run = async (inputs: readonly unknown[]): Promise<Float32Array> => new Float32Array(32 * inputs.length).fill(1);
  let disposals = 0;
  const model = { ...text.model, batchTokens: 100_000, run, dispose: () => void (disposals += 1) };
  const other = createPredictor({ ...text, model });
  const vectors = other.embed(Array.from({ length: 1500 }, () => short));
  other.dispose();
  expect((await vectors).filter(({ error }) => error)).toEqual([]);
  await expect(other.embed([short])).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(disposals).toBe(1);
});
