/** A folder that reads images, from its weights to an exported one, on both engines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useWasm } from '@length-adaptive/core/wasm';
import type { FileSource } from '@length-adaptive/models';
import { ModelError, load, openModel, openTrainedModel, readImage, saveModel } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import { exportModel } from './export-model.js';
import { loadOnnx } from './open-onnx.js';
import { sampleImages } from './sample-images.js';
import { largestDifference } from './testing/differences.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const root = temporaryFolder();
const fixtures = join(__dirname, '../../models/fixtures');
const preprocessor = {
  image_processor_type: 'DeiTImageProcessor',
  size: { height: 14, width: 20 },
  crop_size: { height: 12, width: 16 },
  image_mean: [0.485, 0.456, 0.406],
  image_std: [0.229, 0.224, 0.225],
};
const golden = (family: string): FileSource => ({
  name: family,
  read: async (path) => {
    if (path === 'preprocessor_config.json') return new TextEncoder().encode(JSON.stringify(preprocessor));
    if (['config.json', 'model.safetensors'].includes(path))
      return new Uint8Array(readFileSync(join(fixtures, 'golden', family, path)));
    throw new ModelError('FILE_NOT_FOUND', `there is no ${path}`);
  },
  exists: (path) => Promise.resolve(['config.json', 'model.safetensors', 'preprocessor_config.json'].includes(path)),
  list: () => Promise.resolve(undefined),
});

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await useWasm();
});

test('vectors of images by CLIP, the same on both engines and at any budget', async () => {
  const folder = join(root, 'clip');
  const opened = await openTrainedModel(golden('clip'));
  await exportModel(folder, opened, { precisions: ['fp32'] });
  opened.model.dispose();
  const [ours, theirs] = [await load(golden('clip')), await loadOnnx(folder)];
  const images = sampleImages(4);
  for (const point of [{}, { lengths: [0.8, 0.6, 0.5] }]) {
    const wanted = await ours.predict(images, { point });
    const found = await theirs.predict(images, { point });
    wanted.forEach(({ embedding = [] }, i) => {
      expect(embedding).toHaveLength(12);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
      expect(largestDifference(found[i]?.embedding ?? [], embedding)).toBeLessThan(1e-4);
    });
  }
  await saveModel(join(root, 'clip-saved'), await openModel(golden('clip')));
  const again = await load(join(root, 'clip-saved'));
  expect((await again.predict(images)).map(({ embedding }) => embedding)).toEqual((await ours.predict(images)).map(({ embedding }) => embedding)); // prettier-ignore
  for (const predictor of [ours, theirs, again]) predictor.dispose();
});

describe.each(['vit', 'deit'])('%s', (family) => {
  const images = sampleImages(5);
  const points = [{}, { lengths: [0.8, 0.5, 0.3] }];

  test('both engines answer alike from the weights, and so does an exported folder', async () => {
    const folder = join(root, family);
    const opened = await openTrainedModel(golden(family));
    const files = await exportModel(folder, opened, { precisions: ['fp32', 'int8'] });
    expect(files.map(({ verification }) => verification?.passed)).toEqual([true, true]);
    opened.model.dispose();

    const [ours, fromWeights, exported, int8] = [
      await load(golden(family)),
      await loadOnnx(golden(family)),
      await loadOnnx(folder),
      await loadOnnx(folder, { precision: 'int8' }),
    ] as const;
    for (const point of points) {
      const wanted = await ours.predict(images, { point });
      for (const predictor of [fromWeights, exported]) {
        const found = await predictor.predict(images, { point });
        found.forEach(({ label, score, cost }, i) => {
          expect([label, cost]).toEqual([wanted[i]?.label, wanted[i]?.cost]);
          expect(score).toBeCloseTo(wanted[i]?.score ?? Number.NaN, 5);
        });
      }
      for (const { probabilities } of await int8.predict(images, { point }))
        expect(Object.keys(probabilities ?? {})).toEqual(['cat', 'dog', 'owl']);
    }
    const alone = await exported.predict(images[2] ?? new Uint8Array(), { point: points[1] });
    expect(alone.score).toBeCloseTo((await exported.predict(images, { point: points[1] }))[2]?.score ?? 0, 6);
    const file = await readImage(join(fixtures, 'images/wide.png'));
    const [a, b] = [
      await ours.inspect(file, { point: points[1] }),
      await fromWeights.inspect(file, { point: points[1] }),
    ];
    expect(b.layers).toEqual(a.layers);
    for (const predictor of [ours, fromWeights, exported, int8]) predictor.dispose();
  });

  test('a saved folder has all that it was opened from', async () => {
    const folder = join(root, `${family}-saved`);
    const opened = await openModel(golden(family));
    await saveModel(folder, opened);
    opened.model.dispose();
    expect(JSON.parse(readFileSync(join(folder, 'preprocessor_config.json'), 'utf8'))).toEqual(preprocessor);
    const [before, after] = [await load(golden(family)), await load(folder)];
    expect(await after.predict(images)).toEqual(await before.predict(images));
    before.dispose();
    after.dispose();
  });
});
