import type { DiscardedCandidate, Generation } from './generation.js';
import type { EvaluationLog } from './evaluation-log.js';
import { lazily } from './lazily.js';
import { frontRows } from './pareto.js';
import type { Solution } from './problem.js';

/** Some entries as solutions, without those that were discarded. */
export const solutionsOf = <Genome, Name extends string, Constraint extends string>(
  log: EvaluationLog<Genome, Name, Constraint>,
  picked: Uint32Array,
): Solution<Genome, Name, Constraint>[] => Array.from(picked).flatMap((entry) => log.solution(entry) ?? []);

/** What nothing else in a population beats; where nothing in it is feasible, of those that break the constraints least. */
export const frontOf = <Genome, Name extends string, Constraint extends string>(
  log: EvaluationLog<Genome, Name, Constraint>,
  population: Uint32Array,
): Solution<Genome, Name, Constraint>[] => {
  const { violations } = log.rows(population);
  const least = violations.reduce((low, violation) => Math.min(low, violation), Infinity);
  const candidates = population.filter((_, i) => violations[i] === least);
  const { values, objectives } = log.rows(candidates);
  return solutionsOf(
    log,
    Uint32Array.from(frontRows(values, objectives), (row) => candidates[row] ?? 0),
  );
};

/** Why entries were discarded. */
const discardedOf = <Genome, Name extends string, Constraint extends string>(
  log: EvaluationLog<Genome, Name, Constraint>,
  picked: Uint32Array,
): DiscardedCandidate<Genome>[] =>
  Array.from(picked).flatMap((entry) => {
    const discarded = log.discarded(entry);
    return discarded === undefined ? [] : [{ genome: log.genome(entry), discarded }];
  });

/**
 * The report of a generation that has just been completed. Its solutions are laid out when they are looked at, and are those of this
 * generation even then: entries of a log and populations never change.
 *
 * @param own the entries of the generation
 */
export const generationReport = <Genome, Name extends string, Constraint extends string>(
  numbers: Pick<Generation<Genome, Name, Constraint>, 'generation' | 'evaluations' | 'progress'> & {
    readonly hypervolume: number | undefined;
  },
  {
    log,
    own,
    population,
  }: {
    readonly log: EvaluationLog<Genome, Name, Constraint>;
    readonly own: Uint32Array;
    readonly population: Uint32Array;
  },
): Generation<Genome, Name, Constraint> => {
  const { hypervolume, ...counts } = numbers;
  const evaluated = lazily(() => solutionsOf(log, own));
  const discarded = lazily(() => discardedOf(log, own));
  const front = lazily(() => frontOf(log, population));
  return {
    ...counts,
    populationSize: population.length,
    get evaluated() {
      return evaluated();
    },
    get discarded() {
      return discarded();
    },
    get front() {
      return front();
    },
    ...(hypervolume === undefined ? {} : { hypervolume }),
  };
};
