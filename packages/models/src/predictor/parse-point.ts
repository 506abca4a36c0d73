import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { fullLength, parseLengthConfig } from '@length-adaptive/core/lengths';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';

/** What a written point is read against. */
export interface ParsePointContext {
  readonly paretoSet: readonly ParetoPoint[];
  /** Layers of the model, where they are known. */
  readonly layers?: number | undefined;
}

/**
 * Reads an operating point as people write it: `full`, a number of the Pareto set (0 is the cheapest), or lengths, as ratios or as absolute
 * ones with their input length.
 *
 * @returns undefined for a number beyond the Pareto set
 * @throws CoreError `LENGTH_CONFIG_INVALID`
 * @example
 * parsePoint('0.8,0.6,0.4', { paretoSet: predictor.paretoSet, layers: 3 }); // { lengths: [0.8, 0.6, 0.4] }
 */
export const parsePoint = (text: string, { paretoSet, layers }: ParsePointContext): OperatingPoint | undefined => {
  if (text === 'full') return layers === undefined ? {} : { lengths: fullLength(layers) };
  if (/^\d+$/.test(text)) return paretoSet[Number(text)]?.point;
  return { lengths: parseLengthConfig(text, layers) };
};
