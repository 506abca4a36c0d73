/** What `preprocessor_config.json` says of the images of a model, step by step as Hugging Face transformers does it. */
import type { ImageShape } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import { preprocessorFileName } from './preprocessor-file.js';
import type { RawImage } from './raw-image.js';
import { withChannels } from './raw-image.js';
import type { Resample } from './resample.js';
import { resampled, resamples } from './resample.js';

/** Height and width in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** What an image is made into before its shorter or both sides are known: a size, or that of its shorter side. */
export type TargetSize = ImageSize | { readonly shortestEdge: number };

/** How images become what a model reads. Absent steps are left out. */
export interface ImageProcessing {
  readonly resize?: { readonly size: TargetSize; readonly resample: Resample } | undefined;
  /** Of the middle. What is smaller gets black borders. */
  readonly crop?: ImageSize | undefined;
  /** What 0 to 255 is multiplied by. */
  readonly rescale?: number | undefined;
  /** What is subtracted from each channel, and what it is then divided by. */
  readonly normalize?: { readonly mean: readonly number[]; readonly deviation: readonly number[] } | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

const fail = (problem: string): never => {
  throw new ModelError('CONFIG_INVALID', `${preprocessorFileName}: ${problem}.`);
};

const shown = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

const sideOf = (value: unknown, key: string): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0
    ? value
    : fail(`"${key}" is ${shown(value)}; expected a whole number of pixels from 1`);

/** A size under a key: `{ height, width }`, `{ shortest_edge }`, or one number, which is both sides or the shorter one. */
const sizeAt = (settings: Settings, key: string, whole: (side: number) => TargetSize): TargetSize => {
  const value = settings[key];
  if (typeof value === 'number') return whole(sideOf(value, key));
  if (Array.isArray(value) && value.length === 2)
    return { height: sideOf(value[0], key), width: sideOf(value[1], key) };
  const { height, width, shortest_edge: shortest, ...more } = (value ?? {}) as Settings;
  if (Object.keys(more).length > 0)
    return fail(`"${key}" is ${shown(value)}; supported: {"height", "width"}, {"shortest_edge"}, or a number`);
  if (shortest !== undefined) return { shortestEdge: sideOf(shortest, `${key}.shortest_edge`) };
  return { height: sideOf(height, `${key}.height`), width: sideOf(width, `${key}.width`) };
};

const square = (side: number): ImageSize => ({ height: side, width: side });

const flag = (settings: Settings, key: string, fallback: boolean): boolean => {
  const value = settings[key] ?? fallback;
  return typeof value === 'boolean' ? value : fail(`"${key}" is ${shown(value)}; expected true or false`);
};

const numbersAt = (settings: Settings, key: string, channels: number): readonly number[] => {
  const value = settings[key];
  const list = typeof value === 'number' ? new Array<unknown>(channels).fill(value) : value;
  if (Array.isArray(list) && list.length === channels && list.every((one) => Number.isFinite(one)))
    return list as readonly number[];
  return fail(`"${key}" is ${shown(value)}; expected ${channels} numbers, one a channel`);
};

/** The kinds of preprocessors that do what is done here, each with what it does where the file does not say. */
interface Defaults {
  readonly resample: Resample;
  readonly crops: boolean;
  /** What one number of a size means. */
  readonly side: (side: number) => TargetSize;
}

const defaults: Readonly<Record<string, Defaults>> = {
  ViT: { resample: 'bilinear', crops: false, side: square },
  DeiT: { resample: 'bicubic', crops: true, side: square },
  CLIP: { resample: 'bicubic', crops: true, side: (shortestEdge) => ({ shortestEdge }) },
};

/** The kind that a file names: `ViTImageProcessor`, `CLIPFeatureExtractor`. */
const kindOf = (settings: Settings): Defaults => {
  const name = settings['image_processor_type'] ?? settings['feature_extractor_type'];
  const kind = typeof name === 'string' ? /^(.*?)(ImageProcessor(Fast)?|FeatureExtractor)$/.exec(name)?.[1] : undefined;
  const found = kind === undefined ? undefined : defaults[kind];
  if (found) return found;
  return name === undefined
    ? (defaults['ViT'] as Defaults)
    : fail(
        `the preprocessor is ${shown(name)}; supported: ${Object.keys(defaults)
          .map((known) => `${known}ImageProcessor`)
          .join(', ')}`,
      );
};

/**
 * What a `preprocessor_config.json` says.
 *
 * @param channels of the images that the model reads
 * @throws ModelError `CONFIG_INVALID` for a preprocessor, a filter or a size of another kind
 */
export const readImageProcessing = (settings: Settings, channels: number): ImageProcessing => {
  const { resample: usual, crops, side } = kindOf(settings);
  const number = settings['resample'];
  const resample = number === undefined || number === null ? usual : resamples[Number(number)];
  if (resample === undefined)
    return fail(`"resample" is ${shown(number)}; expected 0 to ${resamples.length - 1}: ${resamples.join(', ')}`);
  const rescale = settings['rescale_factor'] ?? 1 / 255;
  if (typeof rescale !== 'number' || !Number.isFinite(rescale))
    return fail(`"rescale_factor" is ${shown(rescale)}; expected a number`);
  const crop = flag(settings, 'do_center_crop', crops) ? sizeAt(settings, 'crop_size', square) : undefined;
  if (crop && 'shortestEdge' in crop)
    return fail(`"crop_size" is ${shown(settings['crop_size'])}; expected a height and a width`);
  return {
    resize: flag(settings, 'do_resize', true) ? { size: sizeAt(settings, 'size', side), resample } : undefined,
    crop,
    rescale: flag(settings, 'do_rescale', true) ? rescale : undefined,
    normalize: flag(settings, 'do_normalize', true)
      ? {
          mean: numbersAt(settings, 'image_mean', channels),
          deviation: numbersAt(settings, 'image_std', channels),
        }
      : undefined,
  };
};

/** The size that an image is made into; the longer side keeps the proportion, rounded down. */
const sizeFor = ({ height, width }: ImageSize, target: TargetSize): ImageSize => {
  if (!('shortestEdge' in target)) return target;
  const { shortestEdge: edge } = target;
  const longer = Math.max(1, Math.trunc((edge * Math.max(height, width)) / Math.min(height, width)));
  return width <= height ? { height: longer, width: edge } : { height: edge, width: longer };
};

/** The middle of an image. Where the image is smaller, black is around it. */
const cropped = (image: RawImage, size: ImageSize): RawImage => {
  const { width, height, data: from } = image;
  const channels = from.length / (width * height);
  /** Where the image begins in what comes out; below 0 where it is cut. */
  const begin = (has: number, wanted: number): number =>
    has >= wanted ? -Math.floor((has - wanted) / 2) : Math.ceil((wanted - has) / 2);
  const [top, left] = [begin(height, size.height), begin(width, size.width)];
  const data = new Uint8Array(size.width * size.height * channels);
  for (let y = 0; y < size.height; y++) {
    const row = y - top;
    if (row < 0 || row >= height) continue;
    const first = Math.max(0, left);
    const count = Math.min(size.width, left + width) - first;
    const at = (row * width + first - left) * channels;
    data.set(from.subarray(at, at + count * channels), (y * size.width + first) * channels);
  }
  return { width: size.width, height: size.height, data };
};

/** Pixels as the numbers that a model reads: channel by channel. */
const numbersOf = ({ width, height, data }: RawImage, { rescale = 1, normalize }: ImageProcessing): Float32Array => {
  const count = width * height;
  const channels = data.length / count;
  const pixels = new Float32Array(data.length);
  for (let channel = 0; channel < channels; channel++) {
    const mean = normalize?.mean[channel] ?? 0;
    const deviation = normalize?.deviation[channel] ?? 1;
    for (let pixel = 0; pixel < count; pixel++)
      pixels[channel * count + pixel] = ((data[pixel * channels + channel] as number) * rescale - mean) / deviation;
  }
  return pixels;
};

/**
 * An image as the numbers that a model reads, [channels, height, width].
 *
 * @throws ModelError `IMAGE_INVALID` for an image that is none, or of another size than the model reads
 */
export const processImage = (given: RawImage, processing: ImageProcessing, shape: ImageShape): Float32Array => {
  const image = withChannels(given, shape.channels === 1 ? 1 : 3);
  const { resize, crop } = processing;
  const large = resize ? resampled(image, sizeFor(image, resize.size), resize.resample) : image;
  const whole = crop ? cropped(large, crop) : large;
  if (whole.width !== shape.width || whole.height !== shape.height)
    throw new ModelError(
      'IMAGE_INVALID',
      `The image comes out of ${preprocessorFileName} with ${whole.width} x ${whole.height} pixels, and the model has positions for ${shape.width} x ${shape.height} in patches of ${shape.patch}: ` +
        'give images of that size, or a preprocessor that makes them so.',
    );
  return numbersOf(whole, processing);
};
