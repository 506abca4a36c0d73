import type { CostObjective, LatencyFit, LengthSearchMethod, RacedExamples } from '@length-adaptive/models';
import type { ReportedExample } from './example-tokens.js';
import type { ReportedBaseline } from './measure-baselines.js';
import type { LearnedConfig } from './learned-config.js';
import type { Optimism } from './optimism.js';
import type { UsedEngine } from '../engine/used-engine.js';
import type { ReportedPoint } from './reported-point.js';
import type { Versions } from '../run-folder/versions.js';
import type { WithoutLengthDrop } from './without-length-drop.js';

/** A search, as its report tells it. */
export interface SearchReport {
  readonly model: string;
  readonly data: string;
  readonly reportData: string | undefined;
  /** Share of `data` that was set aside as held-out examples. */
  readonly heldOutShare: number | undefined;
  readonly examples: number;
  readonly heldOutExamples: number;
  /** Held-out examples that were among the searched ones, or those that soft-extract learned from, all the same. */
  readonly sharedExamples: number;
  /** Mean tokens of the examples. */
  readonly meanTokens: number;
  /** Tokens that texts are cut to. */
  readonly maxLength: number;
  /** What the search weighed against the score. */
  readonly objective: CostObjective;
  /** Whether it weighed the size of the file, too. */
  readonly fileSize: boolean;
  /** What predicted times, with the objective `latency`. */
  readonly calibration: LatencyFit | undefined;
  /** What the search scored by. */
  readonly metric: string;
  /** What the held-out examples are scored by. */
  readonly reportMetric: string;
  readonly seed: number;
  /** What proposed configurations. */
  readonly method: LengthSearchMethod;
  /** Generations, or batches, after the first. */
  readonly generations: number;
  readonly evaluations: number;
  /** Passes over an example that were made, and that all configurations on all examples would have been; absent where none raced. */
  readonly raced: RacedExamples | undefined;
  /** How speed was measured, when it was. */
  readonly speed: { readonly samples: number; readonly repeats: number } | undefined;
  readonly engine: UsedEngine;
  readonly threads: number | undefined;
  readonly full: ReportedPoint;
  /** Fewest MACs first. */
  readonly paretoSet: readonly ReportedPoint[];
  /** The best points with fewer layers and every token, fewest MACs first; none where they were not scored. */
  readonly fewerLayers: readonly ReportedPoint[];
  /** What points of the set do with the tokens of one text; absent where the model does not tell. */
  readonly example?: ReportedExample | undefined;
  /** How much better the set looks by the scores that it was chosen by; absent where nothing tells. */
  readonly optimism: Optimism | undefined;
  /** Configurations that soft-extract learned, in the Pareto set or not. */
  readonly learned: readonly LearnedConfig[];
  /** The full length unpadded, padded to batches and padded to the maximum. */
  readonly baselines: readonly ReportedBaseline[];
  /** What is to be said of weights that were never trained with LengthDrop; absent for those that were. */
  readonly withoutLengthDrop: WithoutLengthDrop | undefined;
  readonly versions: Versions;
  /** The command that gives this report again. */
  readonly command: string;
}
