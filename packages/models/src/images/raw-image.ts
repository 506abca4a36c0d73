import { ModelError } from '../errors.js';

/** An image as its pixels, as `ImageData` of a browser is one: row by row, the numbers of each pixel together, 0 to 255. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  /** 1 number a pixel (grey), 3 (red, green, blue) or 4 (and how opaque it is, which is not looked at). */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * How many numbers a pixel has.
 *
 * @throws ModelError `IMAGE_INVALID` for sizes that are none, and for other numbers of a pixel than 1, 3 and 4
 */
const channelsOf = ({ width, height, data }: RawImage): 1 | 3 | 4 => {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0))
    throw new ModelError(
      'IMAGE_INVALID',
      `The image is ${width} x ${height} pixels; expected whole numbers of at least 1.`,
    );
  if (!(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray))
    throw new ModelError('IMAGE_INVALID', 'The data of the image are no bytes; expected a Uint8Array, 0 to 255 each.');
  const channels = data.length / (width * height);
  if (channels === 1 || channels === 3 || channels === 4) return channels;
  throw new ModelError(
    'IMAGE_INVALID',
    `The image has ${data.length} numbers for ${width} x ${height} pixels, ${Number(channels.toFixed(3))} each; expected 1 (grey), 3 (red, green, blue) or 4 (and alpha) a pixel.`,
  );
};

/** Brightness of a colour, as ITU-R 601 weighs it, in whole numbers. */
const grey = (red: number, green: number, blue: number): number =>
  (red * 19_595 + green * 38_470 + blue * 7471 + 0x8000) >> 16;

/**
 * An image with so many numbers a pixel: colours as grey, grey as colours, without how opaque they are.
 *
 * @throws ModelError `IMAGE_INVALID`
 */
export const withChannels = (image: RawImage, wanted: 1 | 3): RawImage => {
  const channels = channelsOf(image);
  if (channels === wanted) return image;
  const { width, height, data: from } = image;
  const count = width * height;
  const data = new Uint8Array(count * wanted);
  for (let pixel = 0; pixel < count; pixel++) {
    const at = pixel * channels;
    const [red = 0, green = red, blue = red] = channels === 1 ? [from[at]] : [from[at], from[at + 1], from[at + 2]];
    if (wanted === 1) data[pixel] = grey(red, green, blue);
    else {
      data[3 * pixel] = red;
      data[3 * pixel + 1] = green;
      data[3 * pixel + 2] = blue;
    }
  }
  return { width, height, data };
};
