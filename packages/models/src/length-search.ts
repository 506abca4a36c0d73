import type { LengthConfig } from '@length-adaptive/core';
import { fromAbsoluteLengths, fullLength, relativeCost, smallestLengths } from '@length-adaptive/core';
import type { Checkpoint, Generation, Problem, Solution } from '@length-adaptive/search';
import { constantRatioSeeds, descendingVector, Nsga2, paretoFront } from '@length-adaptive/search';
import type { LabelledInput } from './labelled-input.js';
import { ModelError } from './errors.js';
import { predictLogits } from './predict-logits.js';
import type { ParetoPoint } from './length-adaptive-file.js';
import type { RunnableModel } from './runnable-model.js';
import type { Scorer, ScoreName } from './score.js';
import { createScorer } from './score.js';

/** What a length search weighs against each other. */
export type LengthObjective = 'score' | 'cost';

export interface LengthSearchOptions {
  /** Generations after the initial one. Default 10. */
  readonly generations?: number;
  /** Survivors of a generation, and new configurations tried in each. Default 20. */
  readonly populationSize?: number;
  /** Constant-ratio chains in the initial population. Default: the population size. */
  readonly seeds?: number;
  /** Nothing cheaper is tried than the smallest chain of this p, in which every layer drops the share p. Default 0.2, as LengthDrop's. */
  readonly dropRatioBound?: number;
  /** Ratios are multiples of 1 / steps. Default 100. */
  readonly steps?: number;
  /** Probability that mutation draws a layer's ratio anew. Default 0.5. */
  readonly mutationProbability?: number;
  /** What configurations are scored by. Default: the task's own metric; `fidelity` is the better guide on few examples. */
  readonly metric?: ScoreName | undefined;
  /** Default 42. */
  readonly seed?: number;
  /** A checkpoint to go on from. */
  readonly resume?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Called after every configuration that was scored. */
  readonly onEvaluation?: ((point: ParetoPoint) => void) | undefined;
  /** Called after every generation with its report and a checkpoint to save. */
  readonly onGeneration?: ((generation: Generation<LengthConfig, LengthObjective>, checkpoint: Checkpoint<LengthConfig>) => void | Promise<void>) | undefined;
}

export interface LengthSearchResult {
  /** Configurations that no other beats in both score and cost, cheapest first; the full length is always scored. */
  readonly paretoSet: readonly ParetoPoint[];
  /** Score and cost of the full length, whether or not it is in the Pareto set. */
  readonly full: ParetoPoint;
  readonly evaluations: number;
  readonly generations: number;
}

const directions = { score: 'maximize', cost: 'minimize' } as const;

/**
 * The search problem of a model on labelled inputs (Kim & Cho 2020, section 3.2): genomes are length configurations kept
 * non-increasing, objectives are the metric and the share of the full model's MACs on the inputs' real tokens.
 */
export const lengthSearchProblem = (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  {
    populationSize = 20,
    seeds = populationSize,
    dropRatioBound = 0.2,
    steps = 100,
    mutationProbability = 0.5,
    metric,
    onEvaluation,
  }: LengthSearchOptions = {},
): Problem<LengthConfig, LengthObjective> => {
  const { layers } = model.dimensions;
  if (!(dropRatioBound > 0 && dropRatioBound < 1)) {
    throw new ModelError('OPTION_INVALID', `dropRatioBound is ${dropRatioBound}; a search needs a number above 0 and below 1.`);
  }
  const reference = 10_000; // fine enough that rounding up does not show
  const smallest = fromAbsoluteLengths(smallestLengths(layers, reference, { dropRatioBound }), reference);
  const genes = descendingVector({ length: layers, steps, lower: smallest[layers - 1] ?? 0, probability: mutationProbability });
  const inputs = examples.map(({ input }) => input);
  const lengths = inputs.map(({ ids }) => ids.length);
  let scorer: Scorer | undefined;
  const costOf = (config: LengthConfig): number => macsShare(model, config, lengths);
  const lowestCost = costOf(genes.repair(smallest));

  return {
    objectives: directions,
    ...genes,
    seeds: [
      fullLength(layers),
      smallest,
      ...(seeds > 0 ? constantRatioSeeds({ layers, count: seeds, smallest: 1 - dropRatioBound }) : []),
    ],
    accept: (config) => costOf(config) >= lowestCost,
    evaluate: async (configs, given) => {
      const signal = given.signal as AbortSignal | undefined;
      scorer ??= await createScorer(model, examples, metric, { signal });
      const results: { score: number; cost: number }[] = [];
      for (const config of configs) {
        const score = scorer(await predictLogits(model, inputs, { config, signal }));
        const cost = costOf(config);
        onEvaluation?.({ lengthConfig: config, score, cost });
        results.push({ score, cost });
      }
      return results;
    },
  };
};

/** Share of the full model's MACs that a configuration spends on inputs of the given lengths. */
export const macsShare = (model: RunnableModel, config: LengthConfig, lengths: readonly number[]): number =>
  relativeCost(model.dimensions, config, lengths, { head: model.headMacs });

const toPoint = ({ genome, objectives }: Solution<LengthConfig, LengthObjective>): ParetoPoint => ({
  lengthConfig: genome,
  score: objectives.score,
  cost: objectives.cost,
});

/**
 * Searches the length configurations of a model: which shares of tokens to keep, layer by layer, for the best score at
 * every cost. No training happens; each configuration is scored once on all examples.
 *
 * @throws ModelError `DATA_INVALID` without examples; SearchError `ABORTED` and others
 */
export const searchLengths = async (
  model: RunnableModel,
  examples: readonly LabelledInput[],
  options: LengthSearchOptions = {},
): Promise<LengthSearchResult> => {
  if (examples.length === 0) throw new ModelError('DATA_INVALID', 'There are no examples to score configurations on.');
  const { generations = 10, populationSize = 20, seed = 42, resume, signal, onGeneration } = options;
  const problem = lengthSearchProblem(model, examples, options);
  const search = resume
    ? Nsga2.resume(problem, resume, { generations })
    : new Nsga2(problem, { seed, generations, populationSize, crossoverRate: 0.5, mutationRate: 0 });

  const { evaluations, generation } = await search.run({
    ...(signal && { signal }),
    onGeneration: (report) => onGeneration?.(report, search.checkpoint()),
  });

  const front = paretoFront(search.evaluated(), directions, { objectives: (solution) => solution.objectives });
  const full = search.evaluated().find(({ genome }) => genome.every((ratio) => ratio === 1));
  if (!full) throw new ModelError('DATA_INVALID', 'The search checkpoint does not hold the full length; start the search anew.');
  return {
    paretoSet: front.map(toPoint).sort((a, b) => a.cost - b.cost),
    full: toPoint(full),
    evaluations,
    generations: generation,
  };
};
