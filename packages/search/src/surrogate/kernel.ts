/**
 * A covariance function with its parameters on a log scale, where each has a normal prior. Points are rows of numbers
 * from -1 to 1.
 */
export interface Kernel {
  /** What a regression with it is called. */
  readonly name: string;
  /** The prior mean of each parameter, which is where fitting starts, for points of so many numbers. */
  initial(width: number): Float64Array;
  /** The prior's standard deviation of each. */
  spread(width: number): Float64Array;
  /** Which parameters are length scales: other starts multiply them. */
  isScale(parameter: number): boolean;
  /** How alike the values at two points are expected to be: row `i` of `a` and row `j` of `b`. */
  between(parameters: Float64Array, width: number): (a: Float64Array, i: number, b: Float64Array, j: number) => number;
  /** Adds `weight` times the slopes of the covariance of rows i and j, by each log parameter, to `slopes`. */
  slopes(
    parameters: Float64Array,
    width: number,
  ): (points: Float64Array, i: number, j: number, weight: number, slopes: Float64Array) => void;
}

const dot = (a: Float64Array, i: number, b: Float64Array, j: number, width: number): number => {
  let sum = 1; // the constant counts as one more number of every point
  for (let d = 0; d < width; d += 1) sum += (a[i * width + d] ?? 0) * (b[j * width + d] ?? 0);
  return sum;
};

/**
 * Straight lines through the points and a constant, each weight with one variance a priori: what ridge regression has.
 */
export const linearKernel: Kernel = {
  name: 'ridge',
  initial: () => Float64Array.of(-1),
  spread: () => Float64Array.of(2),
  isScale: () => false,
  between: (parameters, width) => {
    const variance = Math.exp(parameters[0] ?? 0);
    return (a, i, b, j) => variance * dot(a, i, b, j, width);
  },
  slopes: (parameters, width) => {
    const variance = Math.exp(parameters[0] ?? 0);
    return (points, i, j, weight, slopes) => {
      slopes[0] = (slopes[0] ?? 0) + weight * variance * dot(points, i, points, j, width);
    };
  },
};

const ROOT_5 = Math.sqrt(5);

/**
 * Matern 5/2 with a length scale for each number of a point (Rasmussen and Williams 2006, 4.17), on top of the linear
 * kernel: a trend, and what is smooth around it. A length scale's prior grows with the root of the width (Hvarfner,
 * Hellsten and Nardi 2024), so that many features do not make all points strangers.
 *
 * Parameters: the log variance of the linear part, the log variance of the smooth part, then the log length scales.
 */
export const smoothKernel: Kernel = {
  name: 'gaussian process',
  initial: (width) => {
    const parameters = new Float64Array(width + 2).fill(Math.LN2 + Math.SQRT2 + Math.log(width) / 2); // points are 2 wide
    parameters[0] = -1;
    parameters[1] = -0.5;
    return parameters;
  },
  spread: (width) => new Float64Array(width + 2).fill(Math.sqrt(3)),
  isScale: (parameter) => parameter >= 2,
  between: (parameters, width) => {
    const linear = Math.exp(parameters[0] ?? 0);
    const smooth = Math.exp(parameters[1] ?? 0);
    const weights = Float64Array.from({ length: width }, (_, d) => 5 * Math.exp(-2 * (parameters[d + 2] ?? 0)));
    return (a, i, b, j) => {
      let squared = 0;
      let sum = 1;
      for (let d = 0; d < width; d += 1) {
        const x = a[i * width + d] ?? 0;
        const y = b[j * width + d] ?? 0;
        squared += (weights[d] ?? 0) * (x - y) * (x - y);
        sum += x * y;
      }
      const distance = Math.sqrt(squared);
      return linear * sum + smooth * (1 + distance + squared / 3) * Math.exp(-distance);
    };
  },
  slopes: (parameters, width) => {
    const linear = Math.exp(parameters[0] ?? 0);
    const smooth = Math.exp(parameters[1] ?? 0);
    const weights = Float64Array.from({ length: width }, (_, d) => (ROOT_5 * Math.exp(-(parameters[d + 2] ?? 0))) ** 2);
    const parts = new Float64Array(width);
    return (points, i, j, weight, slopes) => {
      let squared = 0;
      let sum = 1;
      for (let d = 0; d < width; d += 1) {
        const x = points[i * width + d] ?? 0;
        const y = points[j * width + d] ?? 0;
        const part = (weights[d] ?? 0) * (x - y) * (x - y);
        parts[d] = part;
        squared += part;
        sum += x * y;
      }
      const distance = Math.sqrt(squared);
      const decay = smooth * Math.exp(-distance);
      slopes[0] = (slopes[0] ?? 0) + weight * linear * sum;
      slopes[1] = (slopes[1] ?? 0) + weight * decay * (1 + distance + squared / 3);
      const common = (weight * decay * (1 + distance)) / 3;
      for (let d = 0; d < width; d += 1) slopes[d + 2] = (slopes[d + 2] ?? 0) + common * (parts[d] ?? 0);
    };
  },
};
