import { withMinus } from './text.js';

/** Where an axis has a line and a number. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** An axis: from values to pixels, with round numbers on the way. */
export interface Scale {
  readonly ticks: readonly Tick[];
  /** What the numbers at the ticks are to be multiplied by: `×10³`, or empty. */
  readonly factor: string;
  /** The pixel of a value. */
  at(value: number): number;
  /** Is a value on the axis? */
  has(value: number): boolean;
}

/** Empty room at either end, as a share of what is between them. */
const PADDING = 0.04;

/** Too small to be worth a digit. */
const isZero = (size: number): boolean => size < 1e-100;

const superscript = (exponent: number): string =>
  [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? ''))).join('');

/** The exponent, a multiple of three, that makes numbers of this size short; 0 where they are. */
const exponentFor = (size: number): number =>
  isZero(size) || (size >= 1e-2 && size < 1e5) ? 0 : 3 * Math.floor(Math.log10(size) / 3 + 1e-9);

/** The nearest of 1, 2 and 5 times a power of ten, in ratio. */
const roundStep = (step: number): number => {
  const power = 10 ** Math.floor(Math.log10(step));
  const share = step / power;
  return power * (share < Math.SQRT2 ? 1 : share < Math.sqrt(10) ? 2 : share < Math.sqrt(50) ? 5 : 10);
};

/** How wide an axis is: a fifth of its numbers where they are one, up to rounding, and 1 where they are 0. */
const widthBetween = (least: number, most: number): number => {
  const size = Math.max(Math.abs(least), Math.abs(most));
  if (isZero(size)) return 1;
  return most - least > 1e-9 * size ? most - least : size / 5;
};

/**
 * An axis that shows all `values`, with a little room around them.
 *
 * @param pixels where it starts and ends
 * @param wanted about how many ticks it has
 */
export const scaleFor = (
  values: Iterable<number>,
  pixels: readonly [from: number, to: number],
  wanted: number,
): Scale => {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (least > most) [least, most] = [0, 1];
  const middle = (least + most) / 2;
  const half = widthBetween(least, most) * (0.5 + PADDING);
  const [low, high] = [middle - half, middle + half];
  const step = roundStep((high - low) / wanted);
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  const exponent = exponentFor(Math.max(Math.abs(least), Math.abs(most)));
  const decimals = Math.min(100, Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9)));
  const [from, to] = pixels;
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, i) => {
      const value = (first + i) * step;
      return { value, text: withMinus((value / 10 ** exponent).toFixed(decimals)) };
    }),
    factor: exponent === 0 ? '' : `×10${superscript(exponent)}`,
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    has: (value) => value >= low && value <= high,
  };
};
