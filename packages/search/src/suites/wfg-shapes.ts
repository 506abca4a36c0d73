/** The transformations of the WFG toolkit (Huband, Hingston, Barone and While 2006, tables X and XI), on values from 0 to 1. */

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

const meanBetween = (y: ArrayLike<number>, from: number, to: number): number => {
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += y[i] ?? 0;
  return sum / (to - from);
};

/** 0 at `a`, 1 at both ends. */
export const shiftLinear = (y: number, a: number): number => clamp(Math.abs(y - a) / Math.abs(Math.floor(a - y) + a));

/** 0 at `a` in a dent of half a width `b`, and leads to the ends everywhere else. */
export const shiftDeceptive = (y: number, a: number, b: number, c: number): number => {
  const left = (Math.floor(y - a + b) * (1 - c + (a - b) / b)) / (a - b);
  const right = (Math.floor(a + b - y) * (1 - c + (1 - a - b) / b)) / (1 - a - b);
  return clamp(1 + (Math.abs(y - a) - b) * (left + right + 1 / b));
};

/** 0 at `c`, with `a` waves on each side. */
export const shiftMultiModal = (y: number, a: number, b: number, c: number): number => {
  const way = Math.abs(y - c) / (2 * (Math.floor(c - y) + c));
  return clamp((1 + Math.cos((4 * a + 2) * Math.PI * (0.5 - way)) + 4 * b * way * way) / (b + 2));
};

/** `a` for all from `b` to `c`. */
export const biasFlat = (y: number, a: number, b: number, c: number): number =>
  clamp(
    a +
      Math.min(0, Math.floor(y - b)) * ((a * (b - y)) / b) -
      Math.min(0, Math.floor(c - y)) * (((1 - a) * (y - c)) / (1 - c)),
  );

/** What a value is raised to that depends on the mean of others. */
export const dependence = (mean: number): number => {
  const a = 0.98 / 49.98;
  return 0.02 + 49.98 * (a - (1 - 2 * mean) * Math.abs(Math.floor(0.5 - mean) + a));
};

export const mean = (y: ArrayLike<number>, from: number, to: number): number => clamp(meanBetween(y, from, to));

/** The mean of values from a place on up to another, each weighted by twice its number. */
export const weightedMean = (y: ArrayLike<number>, from: number, to: number): number => {
  let [sum, weights] = [0, 0];
  for (let i = from; i < to; i += 1) {
    sum += 2 * (i + 1) * (y[i] ?? 0);
    weights += 2 * (i + 1);
  }
  return clamp(sum / weights);
};

/** Values and all differences of them, the most they can come to being 1: none of them can be made best on its own. */
export const nonSeparable = (y: ArrayLike<number>, from: number, to: number): number => {
  const count = to - from;
  const half = Math.ceil(count / 2);
  let sum = 0;
  for (let i = from; i < to; i += 1) {
    sum += y[i] ?? 0;
    for (let j = from; j < to; j += 1) sum += Math.abs((y[i] ?? 0) - (y[j] ?? 0));
  }
  return clamp(sum / (half * (1 + 2 * count - 2 * half)));
};
