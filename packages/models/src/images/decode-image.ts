import { ModelError, messageOf } from '../errors.js';
import { isNode, nodeModule } from '../sources/node.js';
import type { ImageInput } from './image-input.js';
import { isRawImage } from './image-input.js';
import type { RawImage } from './raw-image.js';

/** What is used of the decoder of a page. */
interface PageImages {
  readonly createImageBitmap?: (
    file: Blob,
    options: { readonly imageOrientation: 'none'; readonly premultiplyAlpha: 'none' },
  ) => Promise<{ readonly width: number; readonly height: number; close(): void }>;
  readonly OffscreenCanvas?: new (
    width: number,
    height: number,
  ) => {
    getContext(
      kind: '2d',
      options: { readonly willReadFrequently: true },
    ): {
      drawImage(image: object, x: number, y: number): void;
      getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
    } | null;
  };
}

/** What is used of the decoder for Node. */
interface Sharp {
  removeAlpha(): Sharp;
  toColourspace(space: string): Sharp;
  raw(): Sharp;
  toBuffer(options: { readonly resolveWithObject: true }): Promise<{
    readonly data: Uint8Array;
    readonly info: { readonly width: number; readonly height: number; readonly channels: number };
  }>;
}

const invalid = (problem: string, cause?: unknown): ModelError =>
  new ModelError('IMAGE_INVALID', problem, cause === undefined ? {} : { cause });

/** A name that bundlers do not follow: the decoder is Node's alone, and optional. */
const sharpName: string = 'sharp';

const openSharp = async (): Promise<(bytes: Uint8Array) => Sharp> => {
  try {
    const { default: sharp } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ sharpName)) as {
      readonly default: (bytes: Uint8Array) => Sharp;
    };
    return sharp;
  } catch (error) {
    throw new ModelError(
      'PEER_MISSING',
      `Files of images are decoded by the package sharp in Node, which cannot be loaded (${messageOf(error)}): install it (npm install sharp), or give pixels, { width, height, data }.`,
      { cause: error },
    );
  }
};

const decodeInNode = async (bytes: Uint8Array): Promise<RawImage> => {
  const sharp = await openSharp();
  try {
    const { data, info } = await sharp(bytes)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw invalid(`The file is no image that can be decoded: ${messageOf(error)}.`, error);
  }
};

const decodeInPage = async (
  file: Blob,
  { createImageBitmap: open, OffscreenCanvas: Canvas }: Required<PageImages>,
): Promise<RawImage> => {
  const bitmap = await open(file, { imageOrientation: 'none', premultiplyAlpha: 'none' }).catch((error: unknown) => {
    throw invalid(`The file is no image that can be decoded: ${messageOf(error)}.`, error);
  });
  const { width, height } = bitmap;
  const context = new Canvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw invalid('The page has no canvas to decode images on; give pixels, { width, height, data }.');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
};

const decode = async (file: Uint8Array | Blob): Promise<RawImage> => {
  const { createImageBitmap, OffscreenCanvas } = globalThis as PageImages;
  if (createImageBitmap && OffscreenCanvas)
    return decodeInPage(file instanceof Blob ? file : new Blob([file]), {
      createImageBitmap,
      OffscreenCanvas,
    });
  return decodeInNode(file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file);
};

const download = async (address: string): Promise<Uint8Array> => {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new ModelError('DOWNLOAD_FAILED', `${address} cannot be reached: ${messageOf(error)}.`, { cause: error });
  }
  if (!response.ok)
    throw new ModelError('DOWNLOAD_FAILED', `${address} answers ${response.status} ${response.statusText}.`);
  return new Uint8Array(await response.arrayBuffer());
};

const bytesAt = async (place: string): Promise<Uint8Array> => {
  if (/^(https?|blob|data):/i.test(place) || !isNode()) return download(place);
  try {
    return await nodeModule('node:fs/promises').readFile(place.startsWith('file:') ? new URL(place) : place);
  } catch (error) {
    throw new ModelError('FILE_NOT_FOUND', `There is no image at ${place}: ${messageOf(error)}.`, { cause: error });
  }
};

/**
 * The pixels of an image, as they are in its file: not turned by what it says of the camera. In a page the browser decodes, in Node the package
 * sharp, which must be installed for it; pixels stay as they are.
 *
 * @throws ModelError `IMAGE_INVALID` for what is no image, `FILE_NOT_FOUND`, `DOWNLOAD_FAILED`, `PEER_MISSING` without sharp
 * @example
 * const { width, height } = await readImage('photos/cat.jpg');
 */
export const readImage = async (image: ImageInput): Promise<RawImage> => {
  if (isRawImage(image)) return image;
  if (typeof image !== 'string' && !(image instanceof URL)) return decode(image);
  const place = image instanceof URL ? image.href : image;
  try {
    return await decode(await bytesAt(place));
  } catch (error) {
    if (error instanceof ModelError && error.code === 'IMAGE_INVALID')
      throw invalid(`${place}: ${error.message}`, error);
    throw error;
  }
};
