/** `searchLengths` by both methods on a real model: how much of what evolution finds a regression finds with a fifth of the points. */
import { hypervolume, paretoFront } from '@length-adaptive/search';
import type {
  LabelledInput,
  LengthSearchOptions,
  ParetoPoint,
  RunnableModel,
  ScorePoints,
} from '@length-adaptive/models';
import { searchLengths } from '@length-adaptive/models';
import { sharedLayers } from './shared-layers.js';
import { fidelityByExample, fidelityOf } from './score-table.js';
import type { ScoreTable } from './score-table.js';

/** Points that evolution scores: the default of `lat search --method nsga2`. */
export const plainEvaluations = 225;
/** A fifth of them: the default of `lat search`. */
export const fewEvaluations = 45;
/** How far the regression goes to reach what evolution has. */
const most = 60;

/** What came of one seed. */
export interface SeedComparison {
  /** Hypervolume of the regression's front after a fifth of the points, as a share of that of evolution's. */
  readonly ratio: number;
  /** The same of evolution's own front after a fifth. */
  readonly plainRatio: number;
  /** Times as many points as evolution's are for each that the regression needed to have as much. At least: where it did not get there. */
  readonly saved: number;
  readonly reached: boolean;
  /** Rank correlation of scores with what was foretold of them before they were measured. */
  readonly foretold: number;
  /** What first layers in common would save, within the batches of the regression and over all that it scored: times as many MACs without. */
  readonly sharedLayers: { readonly batches: number; readonly all: number };
  /** What racing over the examples saves, where there are enough of them. */
  readonly races?: Readonly<Record<'surrogate' | 'nsga2', RaceComparison>>;
}

/** A search whose points race, beside the same one in which all run on all examples. */
export interface RaceComparison {
  /** Passes over an example, as a share of all points on all examples. */
  readonly passes: number;
  /** Hypervolume of its Pareto set, as a share of the other's. */
  readonly ratio: number;
}

/** Fewer examples than this tell little of each other. */
const enough = 40;

const directions = { score: 'maximize', cost: 'minimize' } as const;

const volumeOf = (points: readonly ParetoPoint[], worst: number): number => {
  const values = points.map(({ score, cost }) => ({ score, cost }));
  return hypervolume(
    paretoFront(values, directions, { objectives: (point) => point }),
    { score: worst, cost: 1 },
    directions,
  );
};

/** Points as a search by regression scores them: ten to start with, then five at a time. */
const batchesOf = (points: readonly ParetoPoint[]): ParetoPoint[][] => [
  points.slice(0, 10),
  ...Array.from({ length: Math.ceil((points.length - 10) / 5) }, (_, i) => points.slice(10 + 5 * i, 15 + 5 * i)),
];

export const compareOnModel = async (
  { model, examples }: { readonly model: RunnableModel; readonly examples: readonly LabelledInput[] },
  {
    table,
    dropRatioBound,
    seed,
  }: { readonly table: ScoreTable; readonly dropRatioBound: number; readonly seed: number },
): Promise<SeedComparison> => {
  const score: ScorePoints = async (points) => {
    const scores: number[] = [];
    for (const point of points) scores.push(fidelityOf(await table(point), model));
    return scores;
  };
  let foretold = Number.NaN;
  const run = async (options: LengthSearchOptions): Promise<readonly ParetoPoint[]> => {
    const seen: ParetoPoint[] = [];
    await searchLengths(model, examples, {
      ...{ metric: 'fidelity', score, dropRatioBound, seed },
      ...options,
      onEvaluation: (point) => seen.push(point),
      onGeneration: ({ model: foretelling }) =>
        void (foretold = foretelling?.score?.ahead?.rankCorrelation ?? foretold),
    });
    return seen;
  };
  const plain = await run({ method: 'nsga2', evaluations: plainEvaluations });
  const led = await run({ method: 'surrogate', evaluations: most });
  const worst = Math.min(...plain.slice(0, 25).map((point) => point.score)); // of the initial population, which all seeds share
  const goal = volumeOf(plain, worst);
  const raceOf = async (
    options: Pick<LengthSearchOptions, 'method' | 'evaluations'>,
    whole: readonly ParetoPoint[],
  ): Promise<RaceComparison> => {
    const scoreExamples = fidelityByExample(table, model, examples.length);
    const { paretoSet, raced = { asked: 1, all: 1 } } = await searchLengths(model, examples, {
      ...{ metric: 'fidelity', scoreExamples, dropRatioBound, seed },
      ...options,
    });
    return { passes: raced.asked / raced.all, ratio: volumeOf(paretoSet, worst) / volumeOf(whole, worst) };
  };
  const races = examples.length >= enough && {
    surrogate: await raceOf({ method: 'surrogate', evaluations: fewEvaluations }, led.slice(0, fewEvaluations)),
    nsga2: await raceOf({ method: 'nsga2', evaluations: plainEvaluations }, plain),
  };
  const needed = led.findIndex((_, i) => volumeOf(led.slice(0, i + 1), worst) >= goal);
  return {
    ratio: volumeOf(led.slice(0, fewEvaluations), worst) / goal,
    plainRatio: volumeOf(plain.slice(0, fewEvaluations), worst) / goal,
    saved: plainEvaluations / (needed < 0 ? most : needed + 1),
    reached: needed >= 0,
    foretold,
    sharedLayers: {
      batches: sharedLayers(batchesOf(led.slice(0, fewEvaluations)), model, examples),
      all: sharedLayers([led.slice(0, fewEvaluations)], model, examples),
    },
    ...(races && { races }),
  };
};
