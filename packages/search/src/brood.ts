import type { Algorithm } from './algorithms/algorithm.js';
import { collectNew, createBreeder, createTournament } from './breeding.js';
import { SearchError } from './errors.js';
import type { Ledger } from './ledger.js';
import type { Memo } from './memo.js';
import type { ResolvedSettings } from './options.js';
import type { Problem } from './problem.js';
import type { Random } from './random.js';

/** What a generation's candidates are made with. */
export interface BroodOptions<Genome, Name extends string, Constraint extends string> {
  readonly problem: Problem<Genome, Name, Constraint>;
  readonly settings: ResolvedSettings<Name>;
  /** Every genotype that was ever a candidate; the brood is added to it. */
  readonly memo: Memo<Genome>;
  readonly random: Random;
  /** Evaluations that are left. */
  readonly left: number;
}

/**
 * The candidates of the initial population: all seeds, and samples up to its size.
 *
 * @throws SearchError `NO_CANDIDATES` if `accept` refuses all
 */
export const firstBrood = <Genome, Name extends string, Constraint extends string>({
  problem,
  settings: { populationSize, attempts: attemptsEach },
  memo,
  random,
  left,
}: BroodOptions<Genome, Name, Constraint>): readonly Genome[] => {
  const { seeds = [] } = problem;
  const brood: Genome[] = [];
  collectNew(brood, (i) => seeds[i] as Genome, { problem, memo, size: left, attempts: seeds.length });
  const size = Math.min(populationSize, left);
  const attempts = Math.max(0, size - brood.length) * attemptsEach;
  collectNew(brood, (i) => problem.initial(random, i), { problem, memo, size, attempts });
  if (brood.length === 0) {
    throw new SearchError(
      'NO_CANDIDATES',
      `None of ${seeds.length} seeds and ${attempts} samples passed accept(): loosen it, or mend initial() or repair().`,
    );
  }
  return brood;
};

/** The candidates that a population brings forth; none where nothing new is found. */
export const nextBrood = <Genome, Name extends string, Constraint extends string>(
  { problem, settings, memo, random, left }: BroodOptions<Genome, Name, Constraint>,
  {
    population,
    ledger,
    algorithm,
  }: {
    readonly population: Uint32Array;
    readonly ledger: Ledger<Genome, Name, Constraint>;
    readonly algorithm: Algorithm;
  },
): readonly Genome[] => {
  const { offspring, attempts, crossoverRate, mutationRate } = settings;
  const parent = (row: number): Genome => ledger.genome(population[row] ?? 0);
  const select = createTournament(population.length, algorithm.preference(ledger.rows(population)), random);
  const breed = createBreeder(problem, parent, {
    random,
    size: population.length,
    select,
    crossoverRate,
    mutationRate,
  });
  const size = Math.min(offspring, left);
  const brood: Genome[] = [];
  collectNew(brood, breed, { problem, memo, size, attempts: size * attempts });
  return brood;
};
