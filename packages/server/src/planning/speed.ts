import type { TimedBatch } from '../pool/thread-messages.js';

/** Predicts how long a batch takes: an overhead, and a time for each multiply-accumulate. */
export interface Speed {
  /** Milliseconds of a batch. */
  milliseconds(macs: number): number;
  /** The same without the overhead: what one more row adds. */
  marginal(macs: number): number;
  /** Takes a measurement into account; old ones fade. */
  observe(batch: TimedBatch): void;
  readonly overheadMs: number;
  readonly msPerGigaMac: number;
}

/** Weight of all earlier batches when a new one comes: about the last 20 count. */
const decay = 0.95;

const giga = 1e9;

/**
 * Fits milliseconds = overhead + rate * MACs by least squares over recent batches (the form of BentoML's dispatcher, with MACs in place
 * of a number of rows). Neither is ever negative.
 *
 * @param timed at least one batch, of about the sizes to come
 */
export const createSpeed = (timed: readonly TimedBatch[]): Speed => {
  const sums = { n: 0, x: 0, y: 0, xx: 0, xy: 0 };
  const fit = { overheadMs: 0, msPerGigaMac: 0 };

  const refit = (): void => {
    const { n, x, y, xx, xy } = sums;
    const spread = n * xx - x * x;
    const proportional = (): void => {
      fit.overheadMs = Math.min(fit.overheadMs, y / n);
      fit.msPerGigaMac = Math.max(0, (xy - fit.overheadMs * x) / xx);
    };
    // Batches of one size tell nothing of the overhead: the one that is known stays.
    if (spread <= 1e-4 * n * xx) return proportional();
    const slope = (n * xy - x * y) / spread;
    const intercept = (y - slope * x) / n;
    if (slope <= 0) return proportional();
    fit.overheadMs = Math.max(0, intercept);
    fit.msPerGigaMac = intercept >= 0 ? slope : xy / xx;
  };

  const observe = ({ macs, milliseconds }: TimedBatch): void => {
    const size = macs / giga;
    for (const key of ['n', 'x', 'y', 'xx', 'xy'] as const) sums[key] *= decay;
    sums.n += 1;
    sums.x += size;
    sums.y += milliseconds;
    sums.xx += size * size;
    sums.xy += size * milliseconds;
    refit();
  };
  timed.forEach(observe);

  const marginal = (macs: number): number => (fit.msPerGigaMac * macs) / giga;
  return {
    marginal,
    milliseconds: (macs) => fit.overheadMs + marginal(macs),
    observe,
    get overheadMs() {
      return fit.overheadMs;
    },
    get msPerGigaMac() {
      return fit.msPerGigaMac;
    },
  };
};
