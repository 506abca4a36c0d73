import type { LengthConfig, OperatingPoint } from '@length-adaptive/core';
import {
  fromAbsoluteLengths,
  fullLength,
  lengthsOf,
  pointKey,
  smallestLengths,
  validateOperatingPoint,
} from '@length-adaptive/core';
import type { Checkpoint, Generation } from '@length-adaptive/search';
import { constantRatioSeeds, descendingVector } from '@length-adaptive/search';
import type { SurrogateCheckpoint, SurrogateGeneration, SurrogateProblem } from '@length-adaptive/search/surrogate';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { LatencyFit, LatencyModel } from '../latency/latency-model.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { ScoreName } from '../scoring/score.js';
import type { ScorePoints } from '../scoring/score-points.js';
import { pointScorer } from '../scoring/score-points.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { lateConfigs } from './late-configs.js';
import { depthPoints } from './depth-points.js';
import { depthSpace } from './depth-space.js';
import { fullLengthSpace, pointSpace } from './point-space.js';
import type { Spend } from './ranked-space.js';
import { rankedSpace } from './ranked-space.js';
import type { CostObjective } from './price.js';
import { macsShare, pricerOf } from './price.js';
import type { LengthSearchMethod } from './search-method.js';

/** What a length search weighs against each other. `cost` is a share of the full length's: of its MACs, or of its predicted time. */
export type LengthObjective = 'score' | 'cost';

/** What a checkpoint of a length search has beside its method's own. */
interface LengthCheckpointFields {
  /** Absent in checkpoints of versions that knew MACs only. */
  readonly objective?: CostObjective;
  /** What times were predicted by, for the objective `latency`. */
  readonly latency?: LatencyFit;
}

/** A search at the end of a generation or batch, as plain data for `JSON.stringify`; its `format` tells the method. */
export type LengthSearchCheckpoint = (Checkpoint<OperatingPoint> | SurrogateCheckpoint<OperatingPoint>) &
  LengthCheckpointFields;

/** What is told after every generation; of the method `surrogate` after every batch, with how well scores were foretold. */
export type LengthSearchGeneration = Generation<OperatingPoint, LengthObjective> &
  Partial<Pick<SurrogateGeneration<OperatingPoint, LengthObjective>, 'proposedBy' | 'model'>>;

export interface LengthSearchOptions {
  /**
   * What is weighed against the score: MACs, or the time of one input as predicted on this machine and engine, averaged over
   * the lengths of the examples. Default `macs`.
   */
  readonly objective?: CostObjective;
  /** What predicts times. Default: that of the checkpoint, else one that is calibrated at the lengths of the examples. */
  readonly latency?: LatencyModel | undefined;
  /** How points are proposed. Default: that of the checkpoint; else `surrogate`, but `nsga2` where there are `generations` or a `populationSize`. */
  readonly method?: LengthSearchMethod | undefined;
  /** Points scored in all, `points` counted. Default for `surrogate` 45 and one for each of `points`; for `nsga2` what its generations take. */
  readonly evaluations?: number | undefined;
  /** Of the method `nsga2`: generations after the initial one. Default 10. */
  readonly generations?: number | undefined;
  /** Of the method `nsga2`: survivors of a generation, and new points tried in each. Default 20. */
  readonly populationSize?: number | undefined;
  /** Constant-ratio chains in the initial population, beside three configurations that drop late; 0 for neither. Default: the population size. */
  readonly seeds?: number;
  /**
   * Points of yours that join the initial population, such as the lengths that `searchRetention` found: tried as they are, also where they
   * are cheaper than `dropRatioBound` allows or between the steps. Give them again with a checkpoint of `surrogate`; one of `nsga2` has them already. Default: none.
   */
  readonly points?: readonly OperatingPoint[];
  /** Nothing cheaper is tried than the smallest chain of this p, in which every layer drops the share p. Default 0.2, as LengthDrop's. */
  readonly dropRatioBound?: number;
  /** Ratios are multiples of 1 / steps. Default 100. */
  readonly steps?: number;
  /** Probability that mutation draws a layer's ratio anew. Default 0.5. */
  readonly mutationProbability?: number;
  /** What points are scored by. Default: the task's own metric; `fidelity` is the better guide on few examples. */
  readonly metric?: ScoreName | undefined;
  /** Scores points in place of this model, on other machines for instance; costs are reckoned here all the same. */
  readonly score?: ScorePoints | undefined;
  /** What the search may choose: lengths, layers to leave out (`depth`), and ranks of a model that has factors. What is not among them stays whole. Default: lengths alone. */
  readonly spend?: readonly Spend[] | undefined;
  /** Default 42. */
  readonly seed?: number;
  /** A checkpoint to go on from; one of the objective `latency` brings its calibration, so that the result is the same. */
  readonly resume?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Called before the search with what predicts times, where they are the objective. */
  readonly onCalibration?: ((fit: LatencyFit) => void) | undefined;
  /** Called after every point that was scored. */
  readonly onEvaluation?: ((point: ParetoPoint) => void) | undefined;
  /** Called after every generation, or batch, with its report and a checkpoint to save. */
  readonly onGeneration?:
    ((generation: LengthSearchGeneration, checkpoint: LengthSearchCheckpoint) => void | Promise<void>) | undefined;
}

const spends: readonly Spend[] = ['lengths', 'depth', 'ranks'];

/** @throws ModelError `OPTION_INVALID` */
const checkSpend = (spend: readonly Spend[]): void => {
  if (spend.length > 0 && spend.every((name) => spends.includes(name))) return;
  throw new ModelError(
    'OPTION_INVALID',
    `The search is to spend ${JSON.stringify(spend)}; expected one or more of ${spends.join(', ')}.`,
  );
};

/** Which way each objective is better. */
export const directions = { score: 'maximize', cost: 'minimize' } as const;

/**
 * The search problem of a model on labelled inputs (Kim & Cho 2020, section 3.2): genomes are operating points whose lengths are
 * kept non-increasing, and whose layers may be left out, objectives are the metric and the share of the full model's MACs, or of its predicted time, on the
 * inputs' real tokens. To a regression a point is the logarithms of its lengths, and its cost is known exactly.
 *
 * @throws ModelError `OPTION_INVALID`; CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`
 */
export const lengthSearchProblem = (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  {
    populationSize = 20,
    seeds = populationSize,
    points: given = [],
    dropRatioBound = 0.2,
    steps = 100,
    mutationProbability = 0.5,
    metric,
    score = pointScorer(model, examples, metric),
    onEvaluation,
    objective = 'macs',
    latency,
    spend = ['lengths'],
  }: LengthSearchOptions = {},
): SurrogateProblem<OperatingPoint, LengthObjective> => {
  const { layers } = model.dimensions;
  if (!(dropRatioBound > 0 && dropRatioBound < 1)) {
    throw new ModelError(
      'OPTION_INVALID',
      `dropRatioBound is ${dropRatioBound}; a search needs a number above 0 and below 1.`,
    );
  }
  const reference = 10_000; // fine enough that rounding up does not show
  const smallest = fromAbsoluteLengths(smallestLengths(layers, reference, { dropRatioBound }), reference);
  const genes = descendingVector({
    length: layers,
    steps,
    lower: smallest[layers - 1] ?? 0,
    mutation: 'redraw', // with `crossover`, the paper's search
    probability: mutationProbability,
    crossover: 'mean',
  });
  const lengths = examples.map(({ input }) => input.ids.length);
  const price = pricerOf(model, lengths, { objective, latency });
  const lowestCost = macsShare(model, { lengths: genes.repair(smallest) }, lengths);
  const exempt = new Set(given.map((point) => pointKey(validateOperatingPoint(point, layers))));
  checkSpend(spend);
  const overLengths = spend.includes('lengths') ? pointSpace(genes, layers) : fullLengthSpace(layers);
  const deep = spend.includes('depth') ? depthSpace(overLengths, layers) : undefined;
  const ranked = spend.includes('ranks') ? rankedSpace(deep ?? overLengths, model) : undefined;
  const space = ranked ?? deep ?? overLengths;
  const chains: readonly LengthConfig[] =
    seeds > 0
      ? [...constantRatioSeeds({ layers, count: seeds, smallest: 1 - dropRatioBound }), ...lateConfigs(layers)]
      : [];

  const configs = spend.includes('lengths') ? [fullLength(layers), smallest, ...chains] : [fullLength(layers)];
  const starts = configs.map((config) => ({ lengths: config }));

  return {
    objectives: directions,
    ...space,
    repair: (point) => (exempt.has(pointKey(point)) ? point : space.repair(point)),
    seeds: [...(ranked?.seeds(starts) ?? starts), ...(deep ? depthPoints(layers) : []), ...given],
    // Layers drop shares of what enters them, and ranks are shares of matrices: their logarithms add up.
    features: (point) => [
      ...[...lengthsOf(point, layers), ...(ranked?.shares(point) ?? [])].map(Math.log),
      ...(deep?.running(point) ?? []),
    ],
    exact: { cost: price.objective },
    accept: (point) =>
      exempt.has(pointKey(point)) || macsShare(model, { lengths: point.lengths }, lengths) >= lowestCost, // whatever its ranks and layers
    evaluate: async (points, { keys, signal }) => {
      const told = new Set<number>();
      const tell = (index: number, value: number): void => {
        const point = points[index];
        if (point === undefined || told.has(index)) return;
        told.add(index);
        onEvaluation?.({ point, score: value, ...price.costs(point) });
      };
      const scores = await score(points, { keys, signal: signal as AbortSignal | undefined, onScore: tell });
      if (scores.length !== points.length) {
        throw new ModelError(
          'OPTION_INVALID',
          `score gave ${scores.length} scores for ${points.length} configurations; expected one for each, in their order.`,
        );
      }
      scores.forEach((value, index) => tell(index, value));
      return points.map((point, i) => ({ score: scores[i] ?? Number.NaN, cost: price.objective(point) }));
    },
  };
};
