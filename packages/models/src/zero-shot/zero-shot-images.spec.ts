/** Both towers of one model, and what an image shows by the vectors of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readImage } from '../images/decode-image.js';
import { cosine } from '../metrics/vectors.js';
import { openModel, openTrainedModel, saveModel } from '../model/open-model.js';
import { openDeferredModel } from '../model/open-deferred-model.js';
import { readModelFiles } from '../folder/model-directory.js';
import { load } from '../predictor/load.js';
import { createPredictor } from '../predictor/predictor.js';
import { memorySource, tinyConfig, tinyFiles } from '../testing/tiny-model.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { readSafetensors } from '../weights/safetensors.js';
import type { TensorData } from '../weights/safetensors.js';
import { writeSafetensors } from '../weights/write-safetensors.js';
import { loadZeroShotImageClassifier } from './load-zero-shot-images.js';
import { createZeroShotImageClassifier } from './zero-shot-images.js';

const fixtures = join(__dirname, '../../fixtures');
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtures, name)));
const json = (name: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes(name))) as Record<string, unknown>;
const families = json('subwords/families.json') as Record<string, { readonly tokenizer: unknown }>;
const folder = temporaryFolder();

/** A whole CLIP as it is published: both towers, their projections to one width, and the scale. */
const wholeClip = (more: Readonly<Record<string, TensorData>> = {}, textChanges: object = {}) => {
  const width = 24;
  const text = {
    vocab_size: 902,
    hidden_size: width,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 32,
    max_position_embeddings: 20,
    eos_token_id: 2, // as the first files have it, where 901 ends a text
    ...textChanges,
  };
  let seed = 1;
  const next = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  const tensor = (shape: readonly number[], scale = 1): TensorData => ({
    shape,
    dtype: 'F32',
    data: Float32Array.from({ length: shape.reduce((all, side) => all * side, 1) }, () => scale * next()),
  });
  const ones = (size: number): TensorData => ({ shape: [size], dtype: 'F32', data: new Float32Array(size).fill(1) });
  const dense = (name: string, outputs: number, inputs: number): [string, TensorData][] => [
    [`${name}.weight`, tensor([outputs, inputs])],
    [`${name}.bias`, tensor([outputs], 0.2)],
  ];
  const norm = (name: string): [string, TensorData][] => [
    [`${name}.weight`, ones(width)],
    [`${name}.bias`, tensor([width], 0.2)],
  ];
  const tensors = new Map<string, TensorData>([
    ...readSafetensors(bytes('golden/clip/model.safetensors')).tensors,
    ['text_model.embeddings.token_embedding.weight', tensor([902, width], 2)],
    ['text_model.embeddings.position_embedding.weight', tensor([20, width])],
    ['text_model.embeddings.position_ids', { shape: [1, 20], dtype: 'F32', data: new Float32Array(20) }],
    ...[0, 1].flatMap((layer) => {
      const at = `text_model.encoder.layers.${layer}`;
      return [
        ...['q', 'k', 'v', 'out'].flatMap((name) => dense(`${at}.self_attn.${name}_proj`, width, width)),
        ...norm(`${at}.layer_norm1`),
        ...dense(`${at}.mlp.fc1`, 32, width),
        ...dense(`${at}.mlp.fc2`, width, 32),
        ...norm(`${at}.layer_norm2`),
      ];
    }),
    ...norm('text_model.final_layer_norm'),
    ['text_projection.weight', tensor([12, width])],
    ['logit_scale', { shape: [], dtype: 'F32', data: Float32Array.of(Math.log(50)) }],
    ...Object.entries(more),
  ]);
  return {
    'config.json': JSON.stringify({
      ...json('golden/clip/config.json'),
      architectures: ['CLIPModel'],
      text_config: text,
    }),
    'model.safetensors': writeSafetensors(tensors),
    'preprocessor_config.json': JSON.stringify({
      size: { height: 12, width: 16 },
      resample: 3,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
    'tokenizer.json': JSON.stringify(families['clip']?.tokenizer),
    'tokenizer_config.json': JSON.stringify({ pad_token: '<|endoftext|>', clean_up_tokenization_spaces: false }),
  };
};

const source = memorySource(wholeClip());
const photo = join(fixtures, 'images/wide.jpg');
const labels = ['a cat', 'two dogs', 'the moon'];

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

test('each tower of a whole model opens by its name, the one for images without one', async () => {
  const [images, same, texts] = [
    await load(source),
    await load(source, { tower: 'images' }),
    await load(source, { tower: 'texts' }),
  ];
  const image = await readImage(photo);
  expect((await images.predict(image)).embedding).toEqual((await same.predict(image)).embedding);
  expect(texts.dimensions).toMatchObject({ hiddenSize: 24, positions: 20 });
  const { vector } = await texts.embed('a photo of a cat');
  expect(vector).toHaveLength(12);
  expect(Math.hypot(...Array.from(vector))).toBeCloseTo(1, 5);
  await expect(texts.predict(image)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(images.predict('a text')).rejects.toMatchObject({ code: 'TEXT_UNSUPPORTED' });
  for (const predictor of [images, same, texts]) predictor.dispose();
});

test('what a text spends is of its own length, and its last token never leaves', async () => {
  const texts = await load(source, { tower: 'texts' });
  const point = { lengths: [0.6, 0.4] };
  const text = 'a photo of the moon over water';
  const { encoding, layers } = await texts.inspect(text, { point });
  const last = encoding.ids.length - 1;
  expect([encoding.tokens[0], encoding.tokens[last]]).toEqual(['<|startoftext|>', '<|endoftext|>']);
  for (const kept of layers) {
    expect(kept).toContain(last);
    expect([...kept].sort((a, b) => a - b)).toEqual(kept);
  }
  const [alone, [first]] = [await texts.embed(text, { point }), await texts.embed([text, 'a cat'], { point })];
  expect(cosine(alone.vector, first?.vector ?? [])).toBeCloseTo(1, 6);
  // What is too long is cut, and ends as every text does.
  const { vector } = await texts.embed(Array.from({ length: 60 }, () => 'moon').join(' '));
  expect(vector).toHaveLength(12);
  texts.dispose();
});

test('a tower for texts is saved as one by itself, and opens on its own', async () => {
  const opened = await openModel(source, { tower: 'texts' });
  expect(opened.notes).toEqual([]);
  await saveModel(folder, opened);
  const { config } = await readModelFiles(folder);
  expect(config).toMatchObject({ model_type: 'clip_text_model', architectures: ['CLIPTextModelWithProjection'], projection_dim: 12, eos_token_id: 2 }); // prettier-ignore
  const again = await openTrainedModel(folder, { tower: 'texts' });
  const inputs = [{ ids: [900, 5, 6, 901] }, { ids: [900, 7, 901] }];
  expect(await again.model.run(inputs)).toEqual(await opened.model.run(inputs));
  const deferred = await openDeferredModel(folder);
  expect(deferred.model.architecture.modelType).toBe('clip_text_model');
  await deferred.close();
  for (const { model } of [opened, again]) model.dispose();
});

test.each<[tower: 'images' | 'texts', config: object, message: RegExp]>([
  ['images', { ...tinyConfig }, /The tower for images is asked for, and the model \("bert"\) reads texts/],
  ['texts', json('golden/vit/config.json'), /The tower for texts is asked for, and the model \("vit"\) reads images/],
  ['texts', { ...tinyConfig, model_type: 'siglip' }, /"siglip"\) is of no family that is known/],
])('a model has no tower for %s', async (tower, config, message) => {
  const files = memorySource({ ...(await tinyFiles(tinyConfig)), 'config.json': JSON.stringify(config) });
  await expect(openModel(files, { tower })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(message),
  });
});

test('an image shows the label whose sentence has the nearest vector, sharpened by the scale of the model', async () => {
  const classifier = await loadZeroShotImageClassifier(source);
  expect(classifier.logitScale).toBeCloseTo(50, 3);
  const image = await readImage(photo);
  const [images, texts] = [await load(source), await load(source, { tower: 'texts' })];
  const { embedding: vector = [] } = await images.predict(image);
  const sentences = await texts.embed(labels.map((label) => `This is a photo of ${label}.`));
  const logits = sentences.map(({ vector: own }) => 50 * cosine(vector, own ?? []));
  const most = Math.max(...logits);
  const whole = logits.reduce((all, logit) => all + Math.exp(logit - most), 0);
  const { labels: ranked, cost, tokens } = await classifier.classify(image, labels);
  expect([cost, tokens]).toEqual([1, 13]);
  ranked.forEach(({ label, score }, place) => {
    expect(score).toBeCloseTo(Math.exp((logits[labels.indexOf(label)] ?? 0) - most) / whole, 4);
    expect(score).toBeLessThanOrEqual(ranked[place - 1]?.score ?? 1);
  });

  const short = await classifier.classify(image, labels, { point: { lengths: [0.8, 0.5, 0.3] }, template: 'art: {}' });
  expect(short.cost).toBeLessThan(0.8);
  expect(short.labels.reduce((all, { score }) => all + score, 0)).toBeCloseTo(1, 6);
  const bad = { width: 2, height: 2, data: new Uint8Array(8) };
  const [good, failed] = await classifier.classify([image, bad], labels);
  expect(good?.labels).toEqual(ranked);
  expect(failed?.error?.code).toBe('IMAGE_INVALID');
  await expect(classifier.classify(bad, labels)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  await expect(classifier.classify(image, [])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  await expect(classifier.classify(image, ['a', 'a'])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  for (const each of [classifier, images, texts]) each.dispose();
});

test('the scale is what config.json begins with where the file has none', async () => {
  const { 'model.safetensors': weights, ...files } = wholeClip();
  const tensors = new Map(readSafetensors(weights).tensors);
  tensors.delete('logit_scale');
  const without = { ...files, 'model.safetensors': writeSafetensors(tensors) };
  const classifier = await loadZeroShotImageClassifier(memorySource(without));
  expect(classifier.logitScale).toBeCloseTo(1 / 0.07, 6);
  classifier.dispose();
  const config = JSON.stringify({ ...(JSON.parse(files['config.json']) as object), logit_scale_init_value: 3 });
  const other = await loadZeroShotImageClassifier(memorySource({ ...without, 'config.json': config }));
  expect(other.logitScale).toBeCloseTo(Math.exp(3), 6);
  other.dispose();
});

test('labels that are known keep their vectors where so many come that all are forgotten', async () => {
  const [images, texts] = [await openModel(source), await openModel(source, { tower: 'texts' })];
  const run = async (inputs: readonly unknown[]): Promise<Float32Array> => new Float32Array(12 * inputs.length).fill(1);
  const encoded = texts.tokenizer.encode('a cat');
  const tokenizer = { ...texts.tokenizer, encode: () => encoded };
  const fast = { ...texts, tokenizer, model: { ...texts.model, batchTokens: 100_000, run } };
  const classifier = createZeroShotImageClassifier({ images, texts: fast, logitScale: 1 });
  await classifier.classify(bytes('images/wide.jpg'), ['a cat']);
  const many = ['a cat', ...Array.from({ length: 10_000 }, (_, i) => `${i}`)];
  const { labels: ranked } = await classifier.classify(bytes('images/wide.jpg'), many);
  const { score = 0 } = ranked.find(({ label }) => label === 'a cat') ?? {};
  expect(score).toBeCloseTo(1 / many.length, 8); // all texts have the same vector
  classifier.dispose();
});

test('a call under way is answered to its end, and stopped by its signal while it reads labels, too', async () => {
  const cat = bytes('images/wide.jpg');
  const [images, texts] = [await openModel(source), await openModel(source, { tower: 'texts' })];
  const run = jest.fn(texts.model.run);
  const classifier = createZeroShotImageClassifier({
    images,
    texts: { ...texts, model: { ...texts.model, run } },
    logitScale: 1,
  });
  const aborted = classifier.classify(cat, ['a cat', 'a dog'], { signal: AbortSignal.abort() });
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  expect(run).not.toHaveBeenCalled();
  const labels = Array.from({ length: 40 }, (_, i) => `a cat ${i}`);
  const answer = classifier.classify(cat, labels);
  classifier.dispose();
  expect((await answer).labels).toHaveLength(40);
  await expect(classifier.classify(cat, labels)).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('models that are no two towers of one are refused', async () => {
  const [images, bert] = [await openModel(source), await openModel(memorySource(await tinyFiles(tinyConfig)))];
  expect(() => createZeroShotImageClassifier({ images, texts: bert, logitScale: 1 })).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringMatching(/of 12 and no numbers/) }),
  );
  expect(() => createZeroShotImageClassifier({ images, texts: images, logitScale: 1 })).toThrow(
    /one has to read images/,
  );
  for (const { model } of [images, bert]) model.dispose();
});

test('a point of a folder is of the tower that opens unasked', async () => {
  const paretoSet = [{ point: { lengths: [1, 1, 1] }, score: 1, cost: 1 }];
  const ours = JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet });
  const searched = memorySource({ ...wholeClip(), 'length_adaptive.json': ours });
  const [images, texts] = [await openModel(searched), await openModel(searched, { tower: 'texts' })];
  expect(images.lengthAdaptive?.paretoSet).toHaveLength(1);
  expect(texts.lengthAdaptive?.paretoSet ?? []).toEqual([]);
  expect(createPredictor(texts).paretoSet.map(({ point }) => point)).toEqual([{ lengths: [1, 1] }]);
  images.model.dispose();
});
