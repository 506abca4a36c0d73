/** What a regression says of several points together. */
export interface JointPrediction {
  readonly means: Float64Array;
  /** points x points, of the function itself: the noise of a measurement is not counted. */
  readonly covariance: Float64Array;
}

/**
 * A function that was learned from measured points, with what is not known of it. Points are its features, in the units
 * they came in.
 */
export interface FittedRegression {
  readonly name: string;
  /** The fitted parameters on a log scale: to start the next fit from, and for a checkpoint. */
  readonly parameters: readonly number[];
  /** The standard deviation of a measurement around the function, in the units of the targets. */
  readonly noise: number;
  /** The mean of the function at a point, which takes less time than its deviation. */
  mean(point: readonly number[]): number;
  /** The mean and the standard deviation of the function at a point. */
  predict(point: readonly number[]): { readonly mean: number; readonly deviation: number };
  /** The function at several points together. */
  joint(points: readonly (readonly number[])[]): JointPrediction;
  /**
   * For each point that was learned from: what the others foretell of its measurement, noise counted in the deviation.
   */
  readonly leaveOneOut: { readonly means: Float64Array; readonly deviations: Float64Array };
  /**
   * The mean log density of the measurements under those forecasts: higher is better, and a regression may be chosen by
   * it.
   */
  readonly logDensity: number;
}

/** A way to learn a function from measured points. */
export interface Regression {
  /** Stands in reports and checkpoints. */
  readonly name: string;
  /**
   * @param points a row of features for each measurement, all of one length
   * @param targets the measured values
   * @param options `start`: the parameters of an earlier fit to more or less the same points
   * @throws SearchError `INVALID_OPTION` for no points, rows of different lengths, or numbers that are not finite
   */
  fit(
    points: readonly (readonly number[])[],
    targets: readonly number[],
    options?: { readonly start?: readonly number[] },
  ): FittedRegression;
}
