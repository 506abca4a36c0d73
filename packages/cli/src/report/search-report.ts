import type { ParetoPoint } from '@length-adaptive/models';
import type { UsedEngine } from '../used-engine.js';
import type { Versions } from '../versions.js';

/** A point of the Pareto set with what was measured after the search. */
export interface ReportedPoint extends ParetoPoint {
  /** The report's metric on examples that the search never saw. */
  readonly heldOutScore?: number;
  /** Time of the full length divided by the time of this configuration. */
  readonly speedup?: number;
}

/** A search, as its report tells it. */
export interface SearchReport {
  readonly model: string;
  readonly data: string;
  readonly reportData: string | undefined;
  readonly examples: number;
  readonly heldOutExamples: number;
  /** Held-out examples that were among the searched ones all the same. */
  readonly sharedExamples: number;
  /** Mean tokens of the examples. */
  readonly meanTokens: number;
  /** What the search scored by. */
  readonly metric: string;
  /** What the held-out examples are scored by. */
  readonly reportMetric: string;
  readonly seed: number;
  readonly generations: number;
  readonly evaluations: number;
  /** How speed was measured, when it was. */
  readonly speed: { readonly samples: number; readonly repeats: number } | undefined;
  readonly engine: UsedEngine;
  readonly threads: number | undefined;
  readonly full: ReportedPoint;
  /** Cheapest first. */
  readonly paretoSet: readonly ReportedPoint[];
  readonly versions: Versions;
  /** The command that gives this report again. */
  readonly command: string;
}
