/** A predictor of a model that reads images. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { readImage } from '../images/decode-image.js';
import { ModelError } from '../errors.js';
import { calibrateLatency } from '../latency/calibrate-latency.js';
import { openModel, openTrainedModel } from '../model/open-model.js';
import { memorySource, tinyFiles } from '../testing/tiny-model.js';
import { load } from './load.js';

const fixtures = join(__dirname, '../../fixtures');
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(fixtures, name)));
const preprocessor = {
  image_processor_type: 'ViTImageProcessor',
  size: { height: 12, width: 16 },
  resample: 2,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};
const filesOf = (more: object = {}) => ({
  'config.json': file('golden/vit/config.json'),
  'model.safetensors': file('golden/vit/model.safetensors'),
  'preprocessor_config.json': JSON.stringify(preprocessor),
  ...more,
});
const vit = memorySource(filesOf());
const photo = join(fixtures, 'images/wide.jpg');
const point = { lengths: [0.8, 0.5, 0.3] };

beforeAll(() => tf.setBackend('cpu'));

test('images of every kind are answered alike, as texts are, at any budget', async () => {
  const predictor = await load(vit);
  const pixels = await readImage(photo);
  const bytes = new Uint8Array(readFileSync(photo));
  const answers = await predictor.predict([pixels, bytes, new Blob([bytes]), pathToFileURL(photo)]);
  const { label, score, probabilities = {}, tokens, keptTokens, cost } = await predictor.predict(pixels);
  expect(answers.map((answer) => answer.score)).toEqual([score, score, score, score]);
  expect(Object.keys(probabilities)).toEqual(['cat', 'dog', 'owl']);
  expect(Object.values(probabilities).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
  expect(probabilities[label]).toBe(score);
  expect([tokens, keptTokens, cost]).toEqual([13, [13, 13, 13], 1]);

  const short = await predictor.predict(pixels, { point });
  expect(short.keptTokens).toEqual([11, 7, 4]);
  expect(short.cost).toBeCloseTo(predictor.macs(13, point) / predictor.macs(13), 12);
  expect(short.cost).toBeLessThan(0.8);
  expect(await predictor.countTokens(bytes)).toBe(13);
  const { encoding, layers } = await predictor.inspect(pixels, { point });
  expect(Object.keys(encoding)).not.toContain('pixels');
  expect(encoding.tokens.slice(0, 6)).toEqual(['[CLS]', '0,0', '0,1', '0,2', '0,3', '1,0']);
  expect(layers.map((kept) => kept.length)).toEqual([11, 7, 4]);
  expect(layers.every(([first]) => first === 0)).toBe(true);
  predictor.dispose();
});

test('times are taken of images of the length that they have', async () => {
  const { model } = await openTrainedModel(vit);
  const latency = await calibrateLatency(model, { repeats: 1, seconds: 0 });
  expect(latency.milliseconds(13, point)).toBeGreaterThan(0);
  model.dispose();
});

test('what is no image has its error in its place', async () => {
  const predictor = await load(vit);
  const bad = { width: 2, height: 2, data: new Uint8Array(8) };
  const found = await predictor.predict([
    await readImage(photo),
    bad,
    new Uint8Array(9),
    '/etc/hostname',
    { ids: [0] },
  ]);
  expect(found.map(({ error }) => error?.code)).toEqual([undefined, 'IMAGE_INVALID', 'IMAGE_INVALID', 'TEXT_UNSUPPORTED', 'TEXT_UNSUPPORTED']); // prettier-ignore
  await expect(predictor.predict(bad)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  await expect(predictor.predict('a photo')).rejects.toThrow(/A text came, and the model reads images; give pixels/);
  predictor.dispose();

  const ofTexts = await load(memorySource(await tinyFiles()));
  await expect(ofTexts.predict(await readImage(photo))).rejects.toThrow(/An image came, and the model reads texts/);
  ofTexts.dispose();
});

test('folders that do not fit are refused when they are opened', async () => {
  const { 'preprocessor_config.json': _, ...without } = filesOf();
  await expect(load(memorySource(without))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: expect.stringMatching(/reads images and comes without a preprocessor_config\.json/),
  });
  const square = { 'preprocessor_config.json': JSON.stringify({ ...preprocessor, size: 16 }) };
  await expect(load(memorySource(filesOf(square)))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const config = JSON.parse(new TextDecoder().decode(file('golden/vit/config.json'))) as object;
  for (const [wrong, message] of [
    [{ patch_size: 20 }, /"patch_size" is 20 and "image_size" 12 x 16; expected patches that fit/],
    [{ patch_size: [4, 2] }, /"patch_size" is 4 x 2; supported: squares/],
    [{ image_size: '12' }, /"image_size" is "12"; expected a number/],
    [{ num_channels: 0 }, /"num_channels" is 0/],
    [{ model_type: 'vitt' }, /"vitt" is not supported \(nearest by name: "vit"\)/],
    [{ image_size: [16, 16] }, /position_embeddings" has shape \[1, 13, 16\] but config\.json asks for \[1, 17, 16\]/],
  ] as const) {
    const files = filesOf({ 'config.json': JSON.stringify({ ...config, ...wrong }) });
    const opening = openModel(memorySource({ ...files, ...('image_size' in wrong ? square : {}) }));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toBeInstanceOf(ModelError);
  }
});

test('the pixels must be those of the model', async () => {
  const { model } = await openTrainedModel(vit);
  await expect(model.run([{ ids: new Int32Array(13) }])).rejects.toThrow(
    /Row 0 has no pixels, and the model reads images/,
  );
  const pixels = new Float32Array(3 * 12 * 16);
  await expect(model.run([{ ids: new Int32Array(13), pixels: pixels.subarray(1) }])).rejects.toThrow(
    /575 numbers of pixels; expected 576: 3 channels of 12 x 16/,
  );
  await expect(model.run([{ ids: new Int32Array(12), pixels }])).rejects.toThrow(
    /12 ids; expected 13, one a patch and 1/,
  );
  model.dispose();
});
