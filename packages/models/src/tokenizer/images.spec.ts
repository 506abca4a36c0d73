import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageShape } from '@length-adaptive/core';
import { readSafetensors } from '../weights/safetensors.js';
import { readImage } from '../images/decode-image.js';
import { createImageReader } from './image-tokenizer.js';
import { processImage, readImageProcessing } from '../images/image-processor.js';
import type { RawImage } from '../images/raw-image.js';
import { withChannels } from '../images/raw-image.js';
import { resampled, resamples } from '../images/resample.js';

const folder = join(__dirname, '../../fixtures/images');
const expected = readSafetensors(readFileSync(join(folder, 'expected.safetensors'))).tensors;
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as Record<
  string,
  { readonly config: Record<string, unknown>; readonly size: readonly [number, number] }
>;
const images = ['wide', 'grey', 'clear'] as const;
const read = (name: string): Promise<RawImage> => readImage(join(folder, name));
const shape = (height: number, width: number, channels = 3): ImageShape => ({
  channels,
  height,
  width,
  patch: 1,
  leading: 1,
});
const referenceOf = (name: string): ArrayLike<number> => {
  const tensor = expected.get(name);
  if (!tensor) throw new Error(`there is no ${name}`);
  return tensor.data;
};
const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length === b.length ? Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number)))) : Number.NaN;

test.each(resamples.flatMap((resample) => images.map((image) => [resample, image] as const)))(
  'resizing by %s is that of Pillow to the last bit: %s',
  async (resample, name) => {
    const image = withChannels(await read(`${name}.png`), 3);
    for (const [width, height] of [
      [9, 7],
      [30, 41],
    ] as const)
      // prettier-ignore
      expect(Array.from(resampled(image, { width, height }, resample).data)).toEqual(
        Array.from(referenceOf(`${resample}.${name}.${width}x${height}`)),
      );
  },
);

test.each(Object.keys(cases).flatMap((of) => images.map((image) => [of, image] as const)))(
  'the preprocessor %s makes the reference numbers of %s',
  async (of, name) => {
    const { config, size } = cases[of] ?? { config: {}, size: [0, 0] };
    const [height, width] = size;
    const pixels = processImage(await read(`${name}.png`), readImageProcessing(config, 3), shape(height, width));
    expect(largestGap(pixels, referenceOf(`${of}.${name}.pixels`))).toBeLessThan(1e-6);
  },
);

test('a photograph, from its path, its bytes, a file of a page and an address, is the same', async () => {
  const file = join(folder, 'wide.jpg');
  const bytes = readFileSync(file);
  const image = await readImage(file);
  expect([image.width, image.height, image.data.length]).toEqual([37, 23, 37 * 23 * 3]);
  for (const other of [
    bytes,
    new Blob([bytes]),
    new URL(`file://${file}`),
    `data:image/jpeg;base64,${bytes.toString('base64')}`,
  ])
    // prettier-ignore
    expect(await readImage(other)).toEqual(image);
  const exact = withChannels(await read('wide.png'), 3);
  const gaps = Array.from(image.data, (value, i) => Math.abs(value - (exact.data[i] as number)));
  expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(6); // what JPEG loses
});

test('greys become colours and colours greys; how opaque a pixel is does not count', () => {
  const pixel = (...data: number[]): RawImage => ({ width: 1, height: 1, data: Uint8Array.from(data) });
  expect([...withChannels(pixel(7), 3).data]).toEqual([7, 7, 7]);
  expect([...withChannels(pixel(10, 20, 30, 0), 3).data]).toEqual([10, 20, 30]);
  expect([...withChannels(pixel(255, 0, 0), 1).data]).toEqual([76]);
});

describe('refused', () => {
  const usual = { size: 16, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
  const grey = { width: 4, height: 4, data: new Uint8Array(16) };

  test.each([
    [
      { width: 4, height: 4, data: new Uint8Array(32) },
      /32 numbers for 4 x 4 pixels, 2 each; expected 1 .*, 3 .* or 4/,
    ],
    [{ width: 4, height: 4, data: new Uint8Array(80) }, /5 each/],
    [{ width: 0, height: 4, data: new Uint8Array(0) }, /0 x 4 pixels; expected whole numbers of at least 1/],
    [{ width: 1, height: 1, data: [1, 2, 3] as unknown as Uint8Array }, /no bytes/],
  ])('pixels that are none (%#)', (image, message) => {
    const fails = () => withChannels(image, 3);
    expect(fails).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID', message: expect.stringMatching(message) }));
  });

  test('an image that comes out in another size than there are positions for', () => {
    const reader = createImageReader({ ...usual, do_resize: false }, shape(8, 8));
    expect(() => reader.read(grey)).toThrow(
      expect.objectContaining({ code: 'IMAGE_INVALID', message: expect.stringMatching(/4 x 4 pixels, and the model has positions for 8 x 8/) }), // prettier-ignore
    );
  });

  test.each([
    [{}, /makes images of 16 x 16 pixels, and config.json has positions for 8 x 8/],
    [{ image_processor_type: 'LevitImageProcessor' }, /"LevitImageProcessor"; supported: ViTImageProcessor, DeiT/],
    [{ resample: 9 }, /"resample" is 9; expected 0 to 5: nearest/],
    [{ size: { longest_edge: 8 } }, /"size" is {"longest_edge":8}; supported/],
    [{ size: -1 }, /"size" is -1; expected a whole number/],
    [{ size: 8, image_mean: [0.5] }, /"image_mean" is \[0.5\]; expected 3 numbers/],
    [{ size: 8, do_normalize: 'no' }, /"do_normalize" is "no"; expected true or false/],
    [{ do_center_crop: true, crop_size: { shortest_edge: 8 } }, /"crop_size" is .*; expected a height and a width/],
    [{ size: 8, rescale_factor: 'x' }, /"rescale_factor" is "x"; expected a number/],
  ])('a preprocessor that does something else (%#)', (settings, message) => {
    const fails = () => createImageReader({ ...usual, ...settings }, shape(8, 8));
    expect(fails).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }));
  });

  test('files that are none', async () => {
    await expect(readImage(join(folder, 'nothing.png'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(readImage(join(folder, 'cases.json'))).rejects.toMatchObject({ code: 'IMAGE_INVALID', message: expect.stringMatching(/cases\.json: The file is no image/) }); // prettier-ignore
    await expect(readImage('http://127.0.0.1:1/cat.png')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});
