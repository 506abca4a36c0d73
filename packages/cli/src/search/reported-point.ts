import type { ParetoPoint } from '@length-adaptive/models';

/** A point of the Pareto set with what was measured after the search. */
export interface ReportedPoint extends ParetoPoint {
  /** Where the configuration comes from, when not from the search itself: `soft-extract 0.001`. */
  readonly source?: string;
  /** Time of the full length divided by the time of this configuration. */
  readonly speedup?: number;
  /** Milliseconds of a text that the search predicted, averaged over its examples: with the objective `latency`. */
  readonly predictedMs?: number;
  /** The speed-up that the search's prediction gives for the texts that speed was measured on: what `speedup` is to be compared with. */
  readonly predictedSpeedup?: number;
  /** The configuration that scores at least as well and was measured to be faster: its number, or `full`. */
  readonly beatenBy?: number | 'full';
}
