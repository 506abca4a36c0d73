import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { pointKey } from '@length-adaptive/core/lengths';
import type { LatencyModel } from '../latency/latency-model.js';
import { timesBits } from '../latency/latency-model.js';
import type { RunnableModel } from '../model/runnable-model.js';
import { sumOverLengths } from '../metrics/sum-over-lengths.js';

/** How fast the weight of what was observed decays, a batch at a time. */
const memory = 0.85;

/** What batches take here and now: a calibration if there is one, else MACs, corrected by the batches that ran. */
export interface Pace {
  /** Whether anything is known of this machine. */
  isKnown(): boolean;
  /** Milliseconds that inputs of these numbers of tokens are expected to take together. */
  expected(tokens: readonly number[], point: OperatingPoint): number;
  /** Takes into account what a batch took. */
  observe(tokens: readonly number[], point: OperatingPoint, milliseconds: number): void;
  /** Predicts by a calibration from now on. */
  calibrate(latency: LatencyModel): void;
}

interface Observed {
  took: number;
  predicted: number;
}

const add = (to: Observed, { took, predicted }: Observed): void => {
  to.took = to.took * memory + took;
  to.predicted = to.predicted * memory + predicted;
};

const ratio = ({ took, predicted }: Observed): number | undefined => (predicted > 0 ? took / predicted : undefined);

/** The pace of a model. Points are corrected one by one, those that never ran by all others together. */
export const createPace = ({ macs }: Pick<RunnableModel, 'macs'>): Pace => {
  let latency: LatencyModel | undefined;
  let all: Observed = { took: 0, predicted: 0 };
  let each = new Map<string, Observed>();
  /** Bits that were not timed are taken for the model's own, until batches in them have run. */
  const raw = (tokens: readonly number[], point: OperatingPoint): number => {
    const { bits: _, ...own } = point;
    const known = latency === undefined || timesBits(latency.fit, point) ? point : own;
    return sumOverLengths(tokens, (count) => latency?.milliseconds(count, known) ?? macs(count, point));
  };
  return {
    isKnown: () => latency !== undefined || all.predicted > 0,
    expected: (tokens, point) => {
      const own = each.get(pointKey(point)) ?? all;
      return raw(tokens, point) * (ratio(own) ?? ratio(all) ?? 1);
    },
    observe: (tokens, point, milliseconds) => {
      const observed = { took: milliseconds, predicted: raw(tokens, point) };
      add(all, observed);
      const own = each.get(pointKey(point)) ?? { took: 0, predicted: 0 };
      add(own, observed);
      each.set(pointKey(point), own);
    },
    calibrate: (model) => {
      latency = model;
      all = { took: 0, predicted: 0 };
      each = new Map();
    },
  };
};
