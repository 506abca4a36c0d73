import type { RunnableModel } from './runnable-model.js';

/** Predicts milliseconds from MACs on the machine and engine it was fitted on. */
export interface LatencyModel {
  /** Milliseconds for one input that costs this many MACs, alone in its batch. */
  milliseconds(macs: number): number;
  /** Takes a new measurement into account. */
  observe(macs: number, milliseconds: number): void;
}

/** One timed forward pass. */
export interface Measurement {
  readonly macs: number;
  readonly milliseconds: number;
}

/** How fast the weight of observations decays; calibration measurements keep theirs. */
const memory = 0.98;

/** Weighted sums of x, y, x^2 and x y, x in 10^9 MACs. */
interface Sums {
  weight: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
}

const add = (sums: Sums, { macs, milliseconds }: Measurement): void => {
  const x = macs / 1e9;
  sums.weight += 1;
  sums.x += x;
  sums.y += milliseconds;
  sums.xx += x * x;
  sums.xy += x * milliseconds;
};

const emptySums = (): Sums => ({ weight: 0, x: 0, y: 0, xx: 0, xy: 0 });

/**
 * Least-squares line through (MACs, milliseconds). The calibration gives the line its shape for good; observations, the
 * recent ones most, scale it to how fast the machine is now.
 */
export const createLatencyModel = (calibration: readonly Measurement[]): LatencyModel => {
  const fit = emptySums();
  for (const measurement of calibration) add(fit, measurement);
  const spread = fit.weight * fit.xx - fit.x * fit.x;
  const sloped = spread > 1e-9 * fit.weight * fit.xx;
  const slope = sloped ? Math.max(0, (fit.weight * fit.xy - fit.x * fit.y) / spread) : fit.y / Math.max(fit.x, 1e-12);
  const intercept = Math.max(0, (fit.y - slope * fit.x) / Math.max(fit.weight, 1));
  const predicted = (macs: number): number => intercept + (slope * macs) / 1e9;

  const recent = { took: 0, predicted: 0 };
  return {
    observe: (macs, milliseconds) => {
      recent.took = recent.took * memory + milliseconds;
      recent.predicted = recent.predicted * memory + predicted(macs);
    },
    milliseconds: (macs) => {
      // The calibration counts as one observation, so that the first ones do not throw the scale about.
      const anchor = predicted(fit.weight > 0 ? (fit.x / fit.weight) * 1e9 : 0);
      const scale = recent.predicted + anchor > 0 ? (recent.took + anchor) / (recent.predicted + anchor) : 1;
      return scale * predicted(macs);
    },
  };
};

/** Input lengths that a calibration times. */
const calibrationLengths = [8, 32, 96];

/** Times the model at a few lengths on this machine (after a warm-up) and fits a latency model to it. */
export const calibrateLatency = async (model: RunnableModel, repeats = 3): Promise<LatencyModel> => {
  const measurements: Measurement[] = [];
  const lengths = calibrationLengths.map((length) => Math.min(length, model.dimensions.positions));
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const length of lengths) {
      const elapsed = await timeForward(model, length);
      if (repeat >= 0) measurements.push({ macs: model.macs(length), milliseconds: elapsed });
    }
  }
  return createLatencyModel(measurements);
};

const timeForward = async (model: RunnableModel, length: number): Promise<number> => {
  const start = performance.now();
  await model.run([{ ids: new Int32Array(length) }]);
  return performance.now() - start;
};
