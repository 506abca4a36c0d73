import type { RawImage } from './raw-image.js';

/** An image: its pixels, the bytes of a file (JPEG, PNG, WebP, ...), a file of a page, or where a file is: a path or a web address. */
export type ImageInput = RawImage | Uint8Array | Blob | URL | string;

/** An image that is no name of a file. */
export type SingleImage = Exclude<ImageInput, string>;

/** Whether an input is the pixels of an image. */
export const isRawImage = (input: unknown): input is RawImage =>
  typeof input === 'object' && input !== null && 'width' in input && 'height' in input && 'data' in input;

/** Whether an input can be nothing but an image. */
export const isImageInput = (input: unknown): input is SingleImage =>
  isRawImage(input) ||
  input instanceof Uint8Array ||
  input instanceof URL ||
  (typeof Blob !== 'undefined' && input instanceof Blob);
