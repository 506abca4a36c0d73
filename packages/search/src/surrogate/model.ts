import { rankCorrelation } from './rank-correlation.js';
import type { FittedRegression, Regression } from './regression.js';

/** How well a value is foretold. */
export interface ModelQuality {
  /** What learned it: of the regressions the one with the highest predictive density, `gaussian process` or `ridge`. */
  readonly regression: string;
  /** Measurements that it learned from. */
  readonly points: number;
  /** Spearman's correlation of the measured values with what is foretold of each by all others. */
  readonly rankCorrelation: number;
  /**
   * The root of the mean squared error of those forecasts, in their own standard deviations: 1 is calibrated, more is
   * overconfident.
   */
  readonly standardizedError: number;
  /** The same error in the units of the value. */
  readonly error: number;
  /** The standard deviation of a measurement that the model holds for noise, in the units of the value. */
  readonly noise: number;
}

/** The parameters that regressions were fitted with, by the regression's name. */
export type FitParameters = Readonly<Record<string, readonly number[]>>;

/** A value of a problem, learned. */
export interface LearnedValue {
  readonly fitted: FittedRegression;
  readonly quality: ModelQuality;
  /** The parameters of every regression, by name: where its next fit starts. */
  readonly parameters: FitParameters;
}

/** Measured values against forecasts, with the deviations of these. */
export const qualityOf = (
  measured: ArrayLike<number>,
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
): Pick<ModelQuality, 'rankCorrelation' | 'standardizedError' | 'error'> => {
  let squared = 0;
  let standardized = 0;
  for (let i = 0; i < measured.length; i += 1) {
    const miss = (measured[i] ?? 0) - (means[i] ?? 0);
    squared += miss * miss;
    standardized += miss === 0 ? 0 : (miss / (deviations[i] ?? 0)) ** 2;
  }
  const count = Math.max(1, measured.length);
  return {
    rankCorrelation: rankCorrelation(measured, means),
    standardizedError: Math.sqrt(standardized / count),
    error: Math.sqrt(squared / count),
  };
};

/**
 * Learns a value from its measurements, by the regression with the highest mean log density of each measurement under
 * the forecast of all others; the first of several.
 *
 * @param before the parameters of earlier fits
 */
export const learnValue = (
  points: readonly (readonly number[])[],
  measured: readonly number[],
  { regressions, before }: { readonly regressions: readonly Regression[]; readonly before: FitParameters | undefined },
): LearnedValue => {
  const fits = regressions.map((regression) => {
    const start = before?.[regression.name];
    return { name: regression.name, fitted: regression.fit(points, measured, start && { start }) };
  });
  const { fitted } = fits.reduce((best, other) => (other.fitted.logDensity > best.fitted.logDensity ? other : best));
  const { means, deviations } = fitted.leaveOneOut;
  return {
    fitted,
    parameters: Object.fromEntries(fits.map((fit) => [fit.name, fit.fitted.parameters])),
    quality: {
      regression: fitted.name,
      points: points.length,
      ...qualityOf(measured, means, deviations),
      noise: fitted.noise,
    },
  };
};
