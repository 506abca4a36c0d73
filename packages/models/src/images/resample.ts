/** Resizing as the Python Imaging Library does it, number by number: filters as wide as what they shrink, in fixed point, rows first. */
import type { RawImage } from './raw-image.js';

/** A filter: how much a pixel counts at a distance, and the distance from which it counts nothing. */
interface Filter {
  readonly support: number;
  at(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Slope of the cubic filter. */
const slope = -0.5;

const filters = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    at: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return ((slope + 2) * x - (slope + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * slope : 0;
    },
  },
  lanczos: { support: 3, at: (x) => (-3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  hamming: {
    support: 1,
    at: (distance) => {
      const x = Math.abs(distance);
      return x >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x));
    },
  },
} as const satisfies Readonly<Record<string, Filter>>;

/** How an image is made smaller or larger. */
export type Resample = 'nearest' | keyof typeof filters;

/** All of them in the order of their numbers in the Python Imaging Library. */
export const resamples: readonly Resample[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** Bits behind the point. */
const precision = 22;
const half = 2 ** (precision - 1);

/** What pixels of one side make each pixel of it afterwards. */
interface Taps {
  /** Where those begin that count. */
  readonly starts: readonly number[];
  /** How much each of them counts, in fixed point. */
  readonly weights: readonly Int32Array[];
}

const tapsOf = (from: number, to: number, { support, at }: Filter): Taps => {
  const scale = from / to;
  const width = Math.max(scale, 1);
  const shrink = 1 / width;
  const starts: number[] = [];
  const weights = Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support * width + 0.5));
    const end = Math.min(from, Math.trunc(centre + support * width + 0.5));
    const shares = Array.from({ length: end - start }, (__, i) => at((i + start - centre + 0.5) * shrink));
    const sum = shares.reduce((total, share) => total + share, 0);
    starts.push(start);
    return Int32Array.from(shares, (share) => {
      const exact = (sum === 0 ? share : share / sum) * 2 ** precision;
      return Math.trunc(exact + (exact < 0 ? -0.5 : 0.5));
    });
  });
  return { starts, weights };
};

const clamped = (sum: number): number => {
  const value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

/** Along one side: `outer` runs of pixels that stand `stride` apart. */
const filtered = (
  { data }: Pick<RawImage, 'data'>,
  to: Uint8Array,
  { starts, weights }: Taps,
  { lines, inner, from }: { readonly lines: number; readonly inner: number; readonly from: number },
): void => {
  const places = starts.length;
  for (let line = 0; line < lines; line++)
    for (let place = 0; place < places; place++) {
      const own = weights[place] as Int32Array;
      const first = (line * from + (starts[place] as number)) * inner;
      for (let i = 0; i < inner; i++) {
        let sum = half;
        for (let tap = 0; tap < own.length; tap++)
          sum += (data[first + tap * inner + i] as number) * (own[tap] as number);
        to[(line * places + place) * inner + i] = clamped(sum);
      }
    }
};

/** The places that lie below the middles of others, step by step: sums round otherwise than products. */
const nearestOf = (from: number, to: number): Int32Array => {
  const step = from / to;
  const places = new Int32Array(to);
  let at = step * 0.5;
  for (let i = 0; i < to; i++) {
    places[i] = Math.min(from - 1, Math.trunc(at));
    at += step;
  }
  return places;
};

const nearest = ({ width, height, data }: RawImage, size: Pick<RawImage, 'width' | 'height'>): RawImage => {
  const channels = data.length / (width * height);
  const to = new Uint8Array(size.width * size.height * channels);
  const [rows, columns] = [nearestOf(height, size.height), nearestOf(width, size.width)];
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const at = ((rows[y] as number) * width + (columns[x] as number)) * channels;
      to.set(data.subarray(at, at + channels), (y * size.width + x) * channels);
    }
  return { ...size, data: to };
};

/** An image in another size. */
export const resampled = (image: RawImage, size: Pick<RawImage, 'width' | 'height'>, resample: Resample): RawImage => {
  const { width, height } = size;
  if (width === image.width && height === image.height) return image;
  if (resample === 'nearest') return nearest(image, size);
  const filter = filters[resample];
  const channels = image.data.length / (image.width * image.height);
  let now = image;
  if (width !== image.width) {
    const data = new Uint8Array(width * image.height * channels);
    filtered(now, data, tapsOf(image.width, width, filter), {
      lines: image.height,
      inner: channels,
      from: image.width,
    });
    now = { width, height: image.height, data };
  }
  if (height === image.height) return now;
  const data = new Uint8Array(width * height * channels);
  filtered(now, data, tapsOf(image.height, height, filter), {
    lines: 1,
    inner: width * channels,
    from: image.height,
  });
  return { width, height, data };
};
