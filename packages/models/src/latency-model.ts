import type { SequenceModel } from './sequence-model.js';

/** Predicts milliseconds from MACs on the machine and backend it was fitted on. */
export interface LatencyModel {
  /** Milliseconds for one input that costs this many MACs, alone in its batch. */
  milliseconds(macs: number): number;
  /** Takes a new measurement into account. */
  observe(macs: number, milliseconds: number): void;
}

/** How fast old measurements lose weight. */
const memory = 0.98;

/** Least-squares line through (MACs, milliseconds), refitted as measurements come. */
export const createLatencyModel = (): LatencyModel => {
  let [weight, x, y, xx, xy] = [0, 0, 0, 0, 0];
  return {
    observe: (macs, milliseconds) => {
      const gmacs = macs / 1e9;
      weight = weight * memory + 1;
      x = x * memory + gmacs;
      y = y * memory + milliseconds;
      xx = xx * memory + gmacs * gmacs;
      xy = xy * memory + gmacs * milliseconds;
    },
    milliseconds: (macs) => {
      const spread = weight * xx - x * x;
      const slope = spread > 1e-12 ? Math.max(0, (weight * xy - x * y) / spread) : y / Math.max(x, 1e-12);
      const intercept = Math.max(0, (y - slope * x) / Math.max(weight, 1));
      return intercept + (slope * macs) / 1e9;
    },
  };
};

/** Input lengths that a calibration times. */
const calibrationLengths = [8, 32, 96];

/** Times the model at a few lengths on this machine (after a warm-up) and fits a latency model to it. */
export const calibrateLatency = async (model: SequenceModel, repeats = 3): Promise<LatencyModel> => {
  const latency = createLatencyModel();
  const lengths = calibrationLengths.map((length) => Math.min(length, model.dimensions.positions));
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const length of lengths) {
      const elapsed = await timeForward(model, length);
      if (repeat >= 0) latency.observe(model.macs(length), elapsed);
    }
  }
  return latency;
};

const timeForward = async (model: SequenceModel, length: number): Promise<number> => {
  const start = performance.now();
  const logits = model.logits([{ ids: new Int32Array(length) }]);
  await logits.data();
  logits.dispose();
  return performance.now() - start;
};
