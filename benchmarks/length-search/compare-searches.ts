/** Searches of one synthetic model, measured alike: how much of what can be had each has after so many evaluations. */
import { createRandom, hypervolume, minimize, paretoFront, Search } from '@length-adaptive/search';
import type { Problem, Solution } from '@length-adaptive/search';
import { ridge, SurrogateSearch } from '@length-adaptive/search/surrogate';
import type { SurrogateOptions, SurrogateProblem } from '@length-adaptive/search/surrogate';
import type { Shares, SyntheticModel } from './synthetic-models.js';
import { chance } from './synthetic-models.js';

type Name = 'cost' | 'score';
type Measured = Pick<Solution<Shares, Name>, 'genome' | 'objectives'>;

const objectives = { cost: 'minimize', score: 'maximize' } as const;
const reference = { cost: 1.01, score: chance };
/** Those of `lat search`. */
const rates = { crossoverRate: 0.5, mutationRate: 0 } as const;

/** Evaluations after which searches are compared. */
export const budgets = [50, 100, 200] as const;
const most = Math.max(...budgets);

export const methods = ['random', 'plain', 'ridge', 'surrogate'] as const;
export type Method = (typeof methods)[number];

/** What came of one model. */
export interface Comparison {
  /**
   * After each of the budgets: the hypervolume of the front that was measured, each point at its true score, as a share
   * of the best of all.
   */
  readonly shares: Record<Method, number[]>;
  /** Times as many evaluations as the surrogate search needed that the plain search's 200 evaluations are. */
  readonly saved: number;
  /**
   * After the first budget, means over the surrogate search's front: how far above the truth the measured scores are,
   * and what the model expects.
   */
  readonly above: { readonly measured: number; readonly expected: number };
}

const problemOf = (model: SyntheticModel, score: (shares: Shares) => number): Problem<Shares, Name> => ({
  objectives,
  ...model.genes,
  seeds: model.seeds,
  accept: (shares) => model.accept(shares),
  evaluate: async (genomes) => genomes.map((shares) => ({ cost: model.cost(shares), score: score(shares) })),
});

/** What is picked by measured scores, at what it truly is. */
const trueVolume = (model: SyntheticModel, measured: readonly Measured[]): number => {
  const front = paretoFront(measured, objectives, { objectives: (point) => point.objectives });
  const points = front.map(({ genome }) => ({ cost: model.cost(genome), score: model.truth(genome) }));
  return hypervolume(points, reference, objectives);
};

const randomSearch = (model: SyntheticModel, seed: number): Measured[] => {
  const random = createRandom(seed);
  const found: Measured[] = [];
  while (found.length < most) {
    const genome = model.genes.initial(random);
    if (model.accept(genome))
      found.push({ genome, objectives: { cost: model.cost(genome), score: model.measure(genome) } });
  }
  return found;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** All methods on one model, each with the model's number as its seed. */
export const compareSearches = async (model: SyntheticModel, seed: number): Promise<Comparison> => {
  const plainProblem = problemOf(model, model.measure);
  const problem: SurrogateProblem<Shares, Name> = {
    ...plainProblem,
    features: (shares) => shares,
    exact: { cost: model.cost },
  };
  const plain = new Search(plainProblem, { seed, populationSize: 20, ...rates, evaluations: most });
  await plain.run();
  const surrogate = async (options: SurrogateOptions<Name>): Promise<SurrogateSearch<Shares, Name>> => {
    const search = new SurrogateSearch(problem, { seed, evaluations: most, ...options });
    await search.run();
    return search;
  };
  const found: Record<Method, readonly Measured[]> = {
    random: randomSearch(model, seed),
    plain: plain.evaluated(),
    ridge: (await surrogate({ regressions: [ridge()] })).evaluated(),
    surrogate: (await surrogate({})).evaluated(),
  };
  const trueProblem = problemOf(model, model.truth);
  const long = await minimize(trueProblem, { seed, evaluations: 40_000, populationSize: 100, ...rates });
  const volumes = (name: Method): number[] => budgets.map((budget) => trueVolume(model, found[name].slice(0, budget)));
  const all = Object.fromEntries(methods.map((name) => [name, volumes(name)])) as Record<Method, number[]>;
  const best = Math.max(trueVolume(model, long.front), ...Object.values(all).flat());
  const goal = all.plain.at(-1) ?? Infinity;
  const needed = found.surrogate.findIndex((_, i) => trueVolume(model, found.surrogate.slice(0, i + 1)) >= goal);
  const early = (await surrogate({ evaluations: budgets[0] })).expected();
  const aboveTruth = (score: (point: (typeof early)[number]) => number): number =>
    mean(early.map((point) => score(point) - model.truth(point.genome)));
  return {
    shares: Object.fromEntries(methods.map((name) => [name, all[name].map((volume) => volume / best)])) as Record<
      Method,
      number[]
    >,
    saved: most / (needed < 0 ? most : needed + 1),
    above: {
      measured: aboveTruth((point) => point.objectives.score),
      expected: aboveTruth((point) => point.expected.score?.mean ?? Number.NaN),
    },
  };
};
