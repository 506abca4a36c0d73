import { SearchError } from '../errors.js';
import { ascend } from './ascend.js';
import { cholesky, inverseOf, solveLower, solveUpper } from './cholesky.js';
import { linearKernel, smoothKernel, type Kernel } from './kernel.js';
import type { FittedRegression, Regression } from './regression.js';
import { scalingOf } from './scaling.js';

/**
 * The prior of the log noise variance, in standardised units: about a twentieth of the variance of the targets, give or
 * take much.
 */
const NOISE = { mean: -4, spread: 2 };
/** Less noise than this is never assumed: 1e-6 of the variance of the targets. */
const LEAST_NOISE = Math.log(1e-6);

/** The covariance of measured points with the noise on its diagonal, factored. */
const factored = (kernel: Kernel, parameters: Float64Array, rows: Float64Array, width: number) => {
  const size = rows.length / width;
  const covariance = kernel.between(parameters, width);
  const noise = Math.exp(Math.max(LEAST_NOISE, parameters[parameters.length - 1] ?? 0));
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) matrix[i * size + j] = covariance(rows, i, rows, j);
    matrix[i * size + i] = covariance(rows, i, rows, i) + noise;
  }
  return { lower: cholesky(matrix, size), noise };
};

/** The same where rounding makes the covariance singular: `parameters` get more noise until it is not. */
const factoredWithRoom = (kernel: Kernel, parameters: Float64Array, rows: Float64Array, width: number) => {
  const last = parameters.length - 1;
  for (let tries = 0; tries < 60; tries += 1) {
    const { lower, noise } = factored(kernel, parameters, rows, width);
    if (lower) return { lower, noise };
    parameters[last] = Math.max(LEAST_NOISE, parameters[last] ?? 0) + 1;
  }
  throw new SearchError(
    'INVALID_OPTION',
    'The features cannot be told apart from noise at any scale: expected numbers of a size that squares do not overflow.',
  );
};

/**
 * The log posterior of a kernel's parameters (the last one is the log noise variance), up to a constant: the log
 * marginal likelihood of the targets (Rasmussen and Williams 2006, 2.30) with its slopes (5.9), and the priors of the
 * parameters.
 *
 * @param rows points of `width` numbers
 * @param targets standardised
 */
export const logPosterior =
  (kernel: Kernel, rows: Float64Array, targets: Float64Array, width: number) =>
  (parameters: Float64Array, slopes: Float64Array): number => {
    const size = targets.length;
    const { lower, noise } = factored(kernel, parameters, rows, width);
    if (!lower) return NaN;
    const alpha = solveUpper(lower, size, solveLower(lower, size, targets.slice()));
    let value = 0;
    for (let i = 0; i < size; i += 1)
      value -= 0.5 * (alpha[i] ?? 0) * (targets[i] ?? 0) + Math.log(lower[i * size + i] ?? 1);
    const inverse = inverseOf(lower, size);
    const add = kernel.slopes(parameters, width);
    let trace = 0;
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j < i; j += 1)
        add(rows, i, j, (alpha[i] ?? 0) * (alpha[j] ?? 0) - (inverse[i * size + j] ?? 0), slopes);
      const own = (alpha[i] ?? 0) ** 2 - (inverse[i * size + i] ?? 0);
      add(rows, i, i, 0.5 * own, slopes);
      trace += own;
    }
    const last = parameters.length - 1;
    if ((parameters[last] ?? 0) > LEAST_NOISE) slopes[last] = (slopes[last] ?? 0) + 0.5 * trace * noise;
    const means = kernel.initial(width);
    const spreads = kernel.spread(width);
    for (let p = 0; p <= last; p += 1) {
      const spread = p < last ? (spreads[p] ?? 1) : NOISE.spread;
      const off = ((parameters[p] ?? 0) - (p < last ? (means[p] ?? 0) : NOISE.mean)) / spread;
      value -= 0.5 * off * off;
      slopes[p] = (slopes[p] ?? 0) - off / spread;
    }
    return value;
  };

/** From so many points on an earlier fit is near enough to go on from alone. */
const SETTLED = 60;

/**
 * Where to climb from, with which first step: the priors' means, the same with short length scales, and the parameters
 * of an earlier fit.
 */
const startsOf = (
  kernel: Kernel,
  {
    width,
    size,
    start,
  }: { readonly width: number; readonly size: number; readonly start: readonly number[] | undefined },
): { readonly at: Float64Array; readonly first: number; readonly steps: number }[] => {
  const middle = Float64Array.of(...kernel.initial(width), NOISE.mean);
  const near = middle.map((value, p) => (p < middle.length - 1 && kernel.isScale(p) ? value - 1.5 : value));
  const afresh = { first: 0.2, steps: 40 };
  if (start?.length === middle.length) {
    const before = { at: Float64Array.from(start), first: 0.05, steps: 20 };
    return size >= SETTLED ? [before] : [before, { at: middle, ...afresh }];
  }
  return [middle, ...(near.some((value, p) => value !== middle[p]) ? [near] : [])].map((at) => ({ at, ...afresh }));
};

/** A regression by a Gaussian process with this kernel, its parameters those of the highest posterior density. */
const processWith = (kernel: Kernel): Regression => ({
  name: kernel.name,
  fit: (points, targets, { start } = {}): FittedRegression => {
    const scaling = scalingOf(points, targets);
    const { width, unit } = scaling;
    const size = targets.length;
    const rows = scaling.rows(points);
    const standard = Float64Array.from(targets, scaling.target);
    const climb = logPosterior(kernel, rows, standard, width);
    const parameters = startsOf(kernel, { width, size, start })
      .map(({ at, ...steps }) => ascend(climb, at, steps))
      .reduce((best, other) => (other.value > best.value ? other : best)).at;
    const raised = parameters.slice();
    const fitted = factoredWithRoom(kernel, raised, rows, width);
    const { lower } = fitted;
    const alpha = solveUpper(lower, size, solveLower(lower, size, standard.slice()));
    const covariance = kernel.between(raised, width);

    /** `L^-1 k` of a point: what it shares with those that were measured. */
    const shared = (some: Float64Array, i: number): { readonly mean: number; readonly solved: Float64Array } => {
      const solved = new Float64Array(size);
      let mean = 0;
      for (let k = 0; k < size; k += 1) {
        const value = covariance(some, i, rows, k);
        solved[k] = value;
        mean += value * (alpha[k] ?? 0);
      }
      return { mean, solved: solveLower(lower, size, solved) };
    };
    const meanAt = (row: Float64Array): number => {
      let mean = 0;
      for (let k = 0; k < size; k += 1) mean += covariance(row, 0, rows, k) * (alpha[k] ?? 0);
      return scaling.value(mean);
    };
    const product = (a: Float64Array, b: Float64Array): number => {
      let sum = 0;
      for (let k = 0; k < size; k += 1) sum += (a[k] ?? 0) * (b[k] ?? 0);
      return sum;
    };

    // Rasmussen and Williams 2006, 5.12.
    const inverse = inverseOf(lower, size);
    const means = new Float64Array(size);
    const deviations = new Float64Array(size);
    let logDensity = 0;
    for (let i = 0; i < size; i += 1) {
      const precision = inverse[i * size + i] ?? 1;
      const miss = (alpha[i] ?? 0) / precision;
      means[i] = scaling.value((standard[i] ?? 0) - miss);
      deviations[i] = unit / Math.sqrt(precision);
      logDensity += (0.5 * (Math.log(precision / (2 * Math.PI)) - miss * miss * precision) - Math.log(unit)) / size;
    }

    return {
      name: kernel.name,
      parameters: Array.from(parameters),
      noise: unit * Math.sqrt(fitted.noise),
      mean: (point) => meanAt(scaling.rows([point])),
      predict: (point) => {
        const row = scaling.rows([point]);
        const { mean, solved } = shared(row, 0);
        const variance = covariance(row, 0, row, 0) - product(solved, solved);
        return { mean: scaling.value(mean), deviation: unit * Math.sqrt(Math.max(0, variance)) };
      },
      joint: (some) => {
        const asked = scaling.rows(some);
        const all = some.map((_, i) => shared(asked, i));
        const joint = new Float64Array(some.length * some.length);
        all.forEach(({ solved }, i) => {
          for (let j = 0; j <= i; j += 1) {
            const value = covariance(asked, i, asked, j) - product(solved, all[j]?.solved ?? solved);
            joint[i * some.length + j] = unit * unit * value;
            joint[j * some.length + i] = unit * unit * value;
          }
        });
        return { means: Float64Array.from(all, ({ mean }) => scaling.value(mean)), covariance: joint };
      },
      leaveOneOut: { means, deviations },
      logDensity,
    };
  },
});

/**
 * A Gaussian process with a linear trend and, around it, a Matern 5/2 kernel with a length scale for each feature.
 * Variances, length scales and noise are those of the highest posterior density, found from two starts. Fitting n
 * points of d features takes O(n^3 + d n^2) a step, up to 40 of them a start.
 *
 * @example
 * const learned = gaussianProcess().fit([[0], [0.5], [1]], [0, 0.25, 1]);
 * learned.predict([0.75]); // { mean, deviation }
 */
export const gaussianProcess = (): Regression => processWith(smoothKernel);

/**
 * Ridge regression on the features and a constant with Bayesian deviations, the penalty that of the highest posterior
 * density: the baseline that a Gaussian process has to beat, and what a search makes do with where it does not.
 *
 * @example
 * ridge().fit([[0], [1], [2]], [1, 3, 5]).predict([3]).mean; // nearly 7
 */
export const ridge = (): Regression => processWith(linearKernel);
