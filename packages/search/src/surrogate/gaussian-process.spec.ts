import fc from 'fast-check';
import { SearchError } from '../errors.js';
import { createRandom } from '../random.js';
import { randomPoints } from '../testing/random-points.js';
import { gaussianProcess, logPosterior, ridge } from './gaussian-process.js';
import { linearKernel, smoothKernel, type Kernel } from './kernel.js';
import { normalNumbers } from './normal.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const curve = ([x = 0, y = 0]: readonly number[]): number => Math.sin(3 * x) + x * y - 0.5 * y * y;

/** Gauss-Jordan with pivots: the textbook's way. */
const solve = (matrix: readonly (readonly number[])[], right: readonly number[]): number[] => {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  rows.forEach((_, c) => {
    const best = rows
      .slice(c)
      .reduce((most, row, k) => (Math.abs(row[c] ?? 0) > Math.abs(rows[most]?.[c] ?? 0) ? c + k : most), c);
    [rows[c], rows[best]] = [rows[best] ?? [], rows[c] ?? []];
    const pivot = rows[c] ?? [];
    rows.forEach((row, r) => {
      const factor = r === c ? 0 : (row[c] ?? 0) / (pivot[c] ?? 1);
      if (factor !== 0) row.forEach((value, k) => void (row[k] = value - factor * (pivot[k] ?? 0)));
    });
  });
  return rows.map((row, r) => (row.at(-1) ?? 0) / (row[r] ?? 1));
};

/** What a fitted regression should foretell, with covariances, inverses and scaling spelled out. */
const restated = (
  kernel: Kernel,
  parameters: readonly number[],
  { points, targets }: { readonly points: readonly (readonly number[])[]; readonly targets: readonly number[] },
) => {
  const width = points[0]?.length ?? 0;
  const column = (d: number): number[] => points.map((point) => point[d] ?? 0);
  const scaled = (point: readonly number[]): Float64Array =>
    Float64Array.from(point, (x, d) => {
      const [low, high] = [Math.min(...column(d)), Math.max(...column(d))];
      return high > low ? -1 + (2 * (x - low)) / (high - low) : 0;
    });
  const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length;
  const unit = Math.sqrt(targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / targets.length) || 1;
  const between = kernel.between(Float64Array.from(parameters), width);
  const k = (a: readonly number[], b: readonly number[]): number => between(scaled(a), 0, scaled(b), 0);
  const noise = Math.exp(Math.max(Math.log(1e-6), parameters.at(-1) ?? 0));
  const covariance = points.map((a, i) => points.map((b, j) => k(a, b) + (i === j ? noise : 0)));
  return (point: readonly number[]) => {
    const shared = points.map((other) => k(point, other));
    const weights = solve(covariance, shared);
    const sum = weights.reduce((total, weight, i) => total + (weight * ((targets[i] ?? 0) - mean)) / unit, 0);
    const variance = k(point, point) - weights.reduce((total, weight, i) => total + weight * (shared[i] ?? 0), 0);
    return { mean: mean + unit * sum, deviation: unit * Math.sqrt(Math.max(0, variance)) };
  };
};

describe.each([
  ['gaussian process', gaussianProcess, smoothKernel],
  ['ridge', ridge, linearKernel],
])('%s', (name, regression, kernel) => {
  const points = randomPoints(14, 2, 3);
  const noise = normalNumbers(14, createRandom(5));
  const targets = points.map((point, i) => 7 + 20 * (curve(point) + 0.02 * (noise[i] ?? 0)));
  const learned = regression().fit(points, targets);

  it('foretells what the formulas with full inverses do', () => {
    expect(learned.name).toBe(name);
    const expected = restated(kernel, learned.parameters, { points, targets });
    for (const point of [...randomPoints(8, 2, 9), [2, -1], ...points.slice(0, 3)]) {
      const { mean, deviation } = learned.predict(point);
      expect(mean).toBeCloseTo(expected(point).mean, 5);
      expect(deviation).toBeCloseTo(expected(point).deviation, 4);
      expect(learned.mean(point)).toBeCloseTo(mean, 9);
    }
  });

  it('leaves one out as fitting without it would', () => {
    points.forEach((point, i) => {
      // The scaling is that of all points: put it back by hand.
      const others = points.filter((_, k) => k !== i);
      const without = withScalingOf(kernel, learned.parameters, {
        points,
        targets,
        others,
        otherTargets: targets.filter((_, k) => k !== i),
      });
      const { mean, deviation } = without(point);
      expect(learned.leaveOneOut.means[i]).toBeCloseTo(mean, 5);
      expect(learned.leaveOneOut.deviations[i]).toBeCloseTo(Math.hypot(deviation, learned.noise), 4);
    });
  });

  it('several points together: each as alone, and their covariance is one', () => {
    const some = randomPoints(5, 2, 21);
    const { means, covariance } = learned.joint(some);
    some.forEach((point, i) => {
      const { mean, deviation } = learned.predict(point);
      expect(means[i]).toBeCloseTo(mean, 9);
      expect(Math.sqrt(Math.max(0, covariance[i * 5 + i] ?? 0))).toBeCloseTo(deviation, 6);
      some.forEach((_, j) => {
        const both = covariance[i * 5 + j] ?? NaN;
        expect(both).toBeCloseTo(covariance[j * 5 + i] ?? NaN, 12);
        expect(both * both).toBeLessThanOrEqual((covariance[i * 5 + i] ?? 0) * (covariance[j * 5 + j] ?? 0) + 1e-9);
      });
    });
  });

  it('the slopes of its posterior are those of its value', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const rows = Float64Array.from(randomPoints(7, 3, seed).flat(), (x) => 2 * x - 1);
        const values = normalNumbers(7, createRandom(seed));
        const at = Float64Array.from([...kernel.initial(3), -2], (x, p) => x + 0.3 * Math.sin(p + (seed % 7)));
        const climb = logPosterior(kernel, rows, values, 3);
        const slopes = new Float64Array(at.length);
        climb(at, slopes);
        slopes.forEach((slope, p) => {
          const [up, down] = [1e-5, -1e-5].map((step) =>
            climb(
              at.map((x, q) => (q === p ? x + step : x)),
              new Float64Array(at.length),
            ),
          );
          expect(slope).toBeCloseTo(((up ?? 0) - (down ?? 0)) / 2e-5, 4);
        });
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['no points', [], []],
    ['no features', [[]], [1]],
    ['rows of two lengths', [[1], [1, 2]], [1, 2]],
    ['a feature that is no number', [[NaN]], [1]],
    ['a target that is none', [[1]], [Infinity]],
    ['more targets than points', [[1]], [1, 2]],
  ])('refuses %s', (_, some, values) => {
    expect(() => regression().fit(some, values)).toThrow(SearchError);
  });

  it.each([
    ['one point', [[1]], [3], 3],
    ['equal points with equal values', [[1], [1]], [3, 3], 3],
    ['equal points with different values', [[1], [1]], [2, 4], 3],
  ])('learns from %s', (_, some, values, mean) => {
    expect(regression().fit(some, values).mean([1])).toBeCloseTo(mean, 6);
  });
});

/** The restated forecast from some of the points, in the scaling of all of them. */
const withScalingOf = (
  kernel: Kernel,
  parameters: readonly number[],
  {
    points,
    targets,
    others,
    otherTargets,
  }: {
    readonly points: readonly (readonly number[])[];
    readonly targets: readonly number[];
    readonly others: readonly (readonly number[])[];
    readonly otherTargets: readonly number[];
  },
) => {
  const width = points[0]?.length ?? 0;
  const scaled = (point: readonly number[]): Float64Array =>
    Float64Array.from(point, (x, d) => {
      const column = points.map((other) => other[d] ?? 0);
      return -1 + (2 * (x - Math.min(...column))) / (Math.max(...column) - Math.min(...column));
    });
  const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length;
  const unit = Math.sqrt(targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / targets.length);
  const between = kernel.between(Float64Array.from(parameters), width);
  const k = (a: readonly number[], b: readonly number[]): number => between(scaled(a), 0, scaled(b), 0);
  const noise = Math.exp(parameters.at(-1) ?? 0);
  const covariance = others.map((a, i) => others.map((b, j) => k(a, b) + (i === j ? noise : 0)));
  return (point: readonly number[]) => {
    const shared = others.map((other) => k(point, other));
    const weights = solve(covariance, shared);
    const sum = weights.reduce((total, weight, i) => total + (weight * ((otherTargets[i] ?? 0) - mean)) / unit, 0);
    const variance = k(point, point) - weights.reduce((total, weight, i) => total + weight * (shared[i] ?? 0), 0);
    return { mean: mean + unit * sum, deviation: unit * Math.sqrt(variance) };
  };
};

describe('which foretells what', () => {
  const points = randomPoints(40, 2, 1);
  const held = randomPoints(40, 2, 2);
  const errorOf = (learned: { mean(point: readonly number[]): number }): number =>
    Math.sqrt(held.reduce((sum, point) => sum + (learned.mean(point) - curve(point)) ** 2, 0) / held.length);

  it('a curve: the Gaussian process to a hundredth, and knows that ridge does worse', () => {
    const noise = normalNumbers(40, createRandom(4));
    const targets = points.map((point, i) => curve(point) + 0.01 * (noise[i] ?? 0));
    const [process, line] = [gaussianProcess().fit(points, targets), ridge().fit(points, targets)];
    expect(errorOf(process)).toBeLessThan(0.01);
    expect(process.noise).toBeGreaterThan(0.005);
    expect(process.noise).toBeLessThan(0.02);
    expect(errorOf(line)).toBeGreaterThan(0.1);
    expect(process.logDensity).toBeGreaterThan(line.logDensity + 1);
  });

  it('a plane: ridge to a millionth', () => {
    const learned = ridge().fit(
      points,
      points.map(([x = 0, y = 0]) => 3 + 2 * x - y),
    );
    expect(learned.mean([5, 5])).toBeCloseTo(8, 3);
  });

  it('a fit that starts from an earlier one is as good', () => {
    const targets = points.map(curve);
    const first = gaussianProcess().fit(points, targets);
    const again = gaussianProcess().fit(points, targets, { start: first.parameters });
    expect(again.logDensity).toBeGreaterThan(first.logDensity - 0.05);
  });

  it('is the same every time', () => {
    const targets = points.map(curve);
    expect(gaussianProcess().fit(points, targets).parameters).toEqual(
      gaussianProcess().fit(points, targets).parameters,
    );
  });
});
