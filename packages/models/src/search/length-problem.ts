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
import { largest } from '../metrics/largest.js';
import type { RunnableModel } from '../model/runnable-model.js';
import type { ScoreName } from '../scoring/score.js';
import type { ScorePoints } from '../scoring/score-points.js';
import { pointScorer } from '../scoring/score-points.js';
import type { ExampleScorer } from '../scoring/score-examples.js';
import { exampleScorer } from '../scoring/score-examples.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { lateConfigs } from './late-configs.js';
import { ownBits, runsBits } from '../folder/bits.js';
import { checkPoint } from '../folder/check-point.js';
import { depthPoints } from './depth-points.js';
import { depthSpace } from './depth-space.js';
import { bitsGene, floorGene, reducerGene, withGene } from './gene-space.js';
import { fullLengthSpace, pointSpace } from './point-space.js';
import type { Spend } from './ranked-space.js';
import { rankedSpace } from './ranked-space.js';
import type { LengthObjective } from './objectives.js';
import { directionsOf } from './objectives.js';
import type { CostObjective } from './price.js';
import { pricerOf } from './price.js';
import type { PointRace, RacingRecord } from './race-points.js';
import { racePoints } from './race-points.js';
import type { LengthSearchMethod } from './search-method.js';

/** What a checkpoint of a length search has beside its method's own. */
interface LengthCheckpointFields {
  /** Absent in checkpoints of versions that knew MACs only. */
  readonly objective?: CostObjective;
  /** What times were predicted by, for the objective `latency`. */
  readonly latency?: LatencyFit;
  /** There if its points race. */
  readonly racing?: RacingRecord;
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
  /**
   * Whether points race over the examples: one that another clearly beats at no more cost stops early, with an estimate of its score, and never
   * reaches the Pareto set. Scores that are no mean over examples (F1 of labels, a correlation), and such as `score` gives, do not race. Default:
   * as in the checkpoint, else true.
   */
  readonly race?: boolean | undefined;
  /** Scores points example by example in place of this model, from a table for instance; points race by it. */
  readonly scoreExamples?: ExampleScorer | undefined;
  /**
   * Whether the size of the ONNX file of each point is weighed too, as a third objective. Default: where bits are spent and MACs are weighed, which bits do not
   * change.
   */
  readonly fileSize?: boolean | undefined;
  /**
   * What this machine is called. Times say nothing of another: a calibration, or a checkpoint with one, that names another machine is refused. Default: not
   * said, and not looked at.
   */
  readonly machine?: string | undefined;
  /**
   * Milliseconds now, for the calibration. Default `performance.now`. On a machine that is busy with other things, `processorTime` tells what passes of one thread
   * take when it is not.
   */
  readonly now?: (() => number) | undefined;
  /** What the search may choose: lengths, their floor, layers to leave out (`depth`), ranks of a model that has factors, and bits of an engine that has a model in 8 and in 32. What is not among them stays whole. Default: lengths alone. */
  readonly spend?: readonly Spend[] | undefined;
  /**
   * Reducers that points choose among, by name: one Pareto set over all of them, whose points name theirs where it is not the model's own. For the objective
   * `macs`: times are predicted for one reducer. Default: the model's own alone.
   */
  readonly reducers?: readonly string[] | undefined;
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

const spends: readonly Spend[] = ['lengths', 'floor', 'depth', 'ranks', 'bits'];

/** @throws ModelError `OPTION_INVALID` */
const checkSpend = (spend: readonly Spend[]): void => {
  if (spend.length > 0 && spend.every((name) => spends.includes(name))) return;
  throw new ModelError(
    'OPTION_INVALID',
    `The search is to spend ${JSON.stringify(spend)}; expected one or more of ${spends.join(', ')}.`,
  );
};

/** @throws ModelError `OPTION_INVALID` for a model with nothing to choose, or that was opened in other bits than points are to be told from */
const checkBitsToSpend = (model: RunnableModel): void => {
  if (ownBits(model) === 32 && runsBits({ bits: 8 }, model)) return;
  const problem =
    ownBits(model) === 32
      ? `the model on ${model.engine} runs in 32 alone. Open the folder with its weights on ONNX Runtime (--engine onnx), or spend something else`
      : `the model was opened in ${model.precision}. Open it in fp32 (--precision fp32): points then say which have 8`;
  throw new ModelError('OPTION_INVALID', `The search is to spend bits, and ${problem}.`);
};

/** Whether a search weighs the sizes of files. */
export const weighsFileSize = ({
  fileSize,
  spend = ['lengths'],
  objective = 'macs',
}: Pick<LengthSearchOptions, 'fileSize' | 'spend' | 'objective'>): boolean =>
  fileSize ?? (spend.includes('bits') && objective === 'macs');

/** What a search reckons points by. */
export const pricesOf = (
  options: Pick<LengthSearchOptions, 'fileSize' | 'spend' | 'objective' | 'latency'>,
): Parameters<typeof pricerOf>[2] => ({
  ...(options.objective && { objective: options.objective }),
  latency: options.latency,
  sizes: weighsFileSize(options) || (options.spend?.includes('bits') ?? false),
});

/**
 * Reducers that a search chooses among, the model's own first where it is one of them.
 *
 * @throws ModelError `OPTION_INVALID`, also for one that the task cannot take, by name; CoreError `REDUCER_UNKNOWN`
 */
const checkReducers = (names: readonly string[], model: RunnableModel, objective: CostObjective): readonly string[] => {
  const fail = (problem: string): never => {
    throw new ModelError('OPTION_INVALID', problem);
  };
  if (names.length === 0)
    return fail('The search is to choose among no reducers; name one or more, or leave them out.');
  if (objective === 'latency' && names.some((name) => name !== model.reducer.name))
    return fail(
      `The search is to choose among the reducers ${names.join(', ')} by time, which is predicted for one. Search by MACs, or each by itself.`,
    );
  const half = new Array<number>(model.dimensions.layers).fill(0.5);
  for (const reducer of names) checkPoint({ lengths: half, reducer }, model);
  const { name: own } = model.reducer;
  return [...new Set(names.includes(own) ? [own, ...names] : names)];
};

/** A length search as a problem; its points race where there is a race. */
export interface LengthSearchProblem extends SurrogateProblem<OperatingPoint, LengthObjective> {
  readonly race?: PointRace | undefined;
}

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
    score,
    scoreExamples,
    race = true,
    resume,
    seed,
    onEvaluation,
    objective = 'macs',
    latency,
    spend = ['lengths'],
    fileSize,
    reducers,
  }: LengthSearchOptions = {},
): LengthSearchProblem => {
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
  checkSpend(spend);
  const spendsBits = spend.includes('bits');
  if (spendsBits) checkBitsToSpend(model);
  const bySize = weighsFileSize({ fileSize, spend, objective });
  const price = pricerOf(model, lengths, pricesOf({ objective, latency, fileSize, spend }));
  /** What is known of a point without an example. */
  const exact: Readonly<Record<'cost', typeof price.objective>> = bySize
    ? { cost: price.objective, ...{ size: price.size } }
    : { cost: price.objective };
  const lowestCost = price.macs({ lengths: genes.repair(smallest) });
  /** Its lengths alone, whatever its ranks and layers; the point itself where it says nothing else, so that its cost is known. */
  const lengthsAlone = (point: OperatingPoint): OperatingPoint =>
    Object.keys(point).every((field) => field === 'lengths') ? point : { lengths: point.lengths };
  const exempt = new Set(given.map((point) => pointKey(validateOperatingPoint(point, layers))));
  const overLengths = spend.includes('lengths') ? pointSpace(genes, layers) : fullLengthSpace(layers);
  const deep = spend.includes('depth') ? depthSpace(overLengths, layers) : undefined;
  const floor = spend.includes('floor') ? floorGene(largest(lengths)) : undefined;
  const names = reducers && checkReducers(reducers, model, objective);
  const reducer = names && reducerGene(names, model.reducer.name);
  const withFloor = floor ? withGene(deep ?? overLengths, floor) : (deep ?? overLengths);
  const withReducer = reducer ? withGene(withFloor, reducer) : withFloor;
  const ranked = spend.includes('ranks') ? rankedSpace(withReducer, model) : undefined;
  const whole = ranked ?? withReducer;
  const space = spendsBits ? withGene(whole, bitsGene) : whole;
  const chains: readonly LengthConfig[] =
    seeds > 0
      ? [...constantRatioSeeds({ layers, count: seeds, smallest: 1 - dropRatioBound }), ...lateConfigs(layers)]
      : [];

  const scorer = race && !score ? (scoreExamples ?? exampleScorer(model, examples, metric)) : undefined;
  const racing =
    scorer &&
    racePoints(scorer, {
      ...{ exact, fileSize: bySize, isExempt: (point) => exempt.has(pointKey(point)), seed },
      saved: (resume as Partial<LengthSearchCheckpoint> | undefined)?.racing,
    });
  const scorePoints = score ?? pointScorer(model, examples, metric);

  const configs = spend.includes('lengths') ? [fullLength(layers), smallest, ...chains] : [fullLength(layers)];
  const starts = configs.map((config) => ({ lengths: config }));
  /** A few of the starts as another reducer has them, and with a floor. */
  const some = starts.slice(1).filter((_, i) => i % 5 === 0);
  const varied = [
    ...(names ?? []).slice(1).flatMap((name) => some.map((point) => ({ ...point, reducer: name }))),
    ...(floor?.choices ?? []).slice(1, 4).flatMap((own) => some.map((point) => ({ ...point, floor: own }))),
  ].map(withReducer.repair);
  const [full = {}, ...others] = [
    ...(ranked?.seeds(starts) ?? starts),
    ...(deep ? depthPoints(layers) : []),
    ...varied,
  ];
  const inBits = (points: readonly OperatingPoint[]): readonly OperatingPoint[] =>
    spendsBits ? points.flatMap((point) => [point, { ...point, bits: 8 }]) : points;

  return {
    objectives: directionsOf(bySize),
    ...space,
    repair: (point) => (exempt.has(pointKey(point)) ? point : space.repair(point)),
    seeds: [full, ...inBits(others), ...(spendsBits ? [{ ...full, bits: 8 as const }] : []), ...given],
    // Layers drop shares of what enters them, and ranks are shares of matrices: their logarithms add up.
    features: (point) => [
      ...[...lengthsOf(point, layers), ...(ranked?.shares(point) ?? [])].map(Math.log),
      ...(deep?.running(point) ?? []),
      ...(floor ? [Math.log(1 + floor.of(point))] : []),
      ...(names?.map((name) => (reducer?.of(point) === name ? 1 : 0)) ?? []),
      ...(spendsBits ? [point.bits === 8 ? 1 : 0] : []),
    ],
    exact,
    accept: (point) => exempt.has(pointKey(point)) || price.macs(lengthsAlone(point)) >= lowestCost,
    race: racing,
    evaluate: async (points, context) => {
      const { keys, signal } = context;
      const told = new Set<number>();
      const tell = (index: number, value: number): void => {
        const point = points[index];
        if (point === undefined || told.has(index)) return;
        told.add(index);
        onEvaluation?.({ point, score: value, ...price.costs(point) });
      };
      const scores =
        scorer && racing
          ? await racing.scores(points, context)
          : await scorePoints(points, { keys, signal: signal as AbortSignal | undefined, onScore: tell });
      if (scores.length !== points.length) {
        throw new ModelError(
          'OPTION_INVALID',
          `score gave ${scores.length} scores for ${points.length} configurations; expected one for each, in their order.`,
        );
      }
      scores.forEach((value, index) => tell(index, value));
      return points.map((point, i) => ({
        score: scores[i] ?? Number.NaN,
        cost: price.objective(point),
        ...(bySize && { size: price.size(point) }),
      }));
    },
  };
};
