import type { Algorithm } from './algorithms/algorithm.js';
import { collectNew, createBreeder, createFamilies, createTournament, MISSES_IN_A_ROW, parentsOf } from './breeding.js';
import { SearchError } from './errors.js';
import type { EvaluationLog } from './evaluation-log.js';
import type { GenotypeSet } from './genotype-set.js';
import type { ResolvedSettings } from './options.js';
import type { Problem } from './problem.js';
import type { Random } from './random.js';

/** What the candidates of a generation are made with. */
export interface CandidateOptions<Genome, Name extends string, Constraint extends string> {
  readonly problem: Problem<Genome, Name, Constraint>;
  readonly settings: ResolvedSettings<Name>;
  /** Every genotype that was ever a candidate; new ones are added to it. */
  readonly known: GenotypeSet<Genome>;
  readonly random: Random;
  /** Evaluations that are left. */
  readonly left: number;
}

/**
 * The candidates of the initial population: all seeds, and samples up to its size.
 *
 * @throws SearchError `NO_CANDIDATES` if `accept` refuses all
 */
export const initialCandidates = <Genome, Name extends string, Constraint extends string>({
  problem,
  settings: { populationSize, attempts: attemptsEach },
  known,
  random,
  left,
}: CandidateOptions<Genome, Name, Constraint>): readonly Genome[] => {
  const { seeds = [] } = problem;
  const candidates: Genome[] = [];
  collectNew(candidates, (i) => seeds[i] as Genome, { problem, known, size: left, attempts: seeds.length });
  const size = Math.min(populationSize, left);
  const attempts = Math.max(0, size - candidates.length) * attemptsEach;
  const misses = attemptsEach * MISSES_IN_A_ROW;
  collectNew(candidates, (i) => problem.initial(random, i), { problem, known, size, attempts, misses });
  if (candidates.length === 0) {
    throw new SearchError(
      'NO_CANDIDATES',
      `None of ${seeds.length} seeds and ${attempts} samples passed accept(): loosen it, or mend initial() or repair().`,
    );
  }
  return candidates;
};

/** The candidates of a later generation, offspring of the population; none where nothing new is found. */
export const offspringOf = <Genome, Name extends string, Constraint extends string>(
  { problem, settings, known, random, left }: CandidateOptions<Genome, Name, Constraint>,
  {
    population,
    log,
    algorithm,
  }: {
    readonly population: Uint32Array;
    readonly log: EvaluationLog<Genome, Name, Constraint>;
    readonly algorithm: Algorithm;
  },
): readonly Genome[] => {
  const { offspring, attempts, crossoverRate, mutationRate } = settings;
  const parent = (row: number): Genome => log.genome(population[row] ?? 0);
  const members = population.length;
  const rows = log.rows(population);
  const parents = parentsOf(problem);
  const family =
    algorithm.families?.(rows, { random, parents }) ??
    createFamilies(members, parents, {
      select: createTournament(members, algorithm.preference(rows), random),
      random,
    });
  const breed = createBreeder(problem, parent, { random, size: members, family, crossoverRate, mutationRate });
  const size = Math.min(offspring, left);
  const candidates: Genome[] = [];
  const misses = attempts * MISSES_IN_A_ROW;
  collectNew(candidates, breed, { problem, known, size, attempts: size * attempts, misses });
  if (candidates.length > 0 || size === 0) return candidates;
  // The population has no new children left, but the space may: neighbours of everything ever measured, and fresh samples.
  const explore = (i: number): Genome =>
    i % 2 === 0 ? problem.mutate(log.genome(random.integer(0, log.size() - 1)), random) : problem.initial(random, i);
  collectNew(candidates, explore, { problem, known, size, attempts: Infinity, misses });
  return candidates;
};
