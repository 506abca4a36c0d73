import type { DiscardedCandidate, Generation } from './generation.js';
import type { Ledger } from './ledger.js';
import { lazily } from './lazily.js';
import { frontRows } from './pareto.js';
import type { Solution } from './problem.js';

/** Some entries as solutions, without those that were discarded. */
export const solutionsOf = <Genome, Name extends string, Constraint extends string>(
  ledger: Ledger<Genome, Name, Constraint>,
  picked: Uint32Array,
): Solution<Genome, Name, Constraint>[] => Array.from(picked).flatMap((entry) => ledger.solution(entry) ?? []);

/** What nothing else in a population beats; where nothing in it is feasible, of those that break the constraints least. */
export const frontOf = <Genome, Name extends string, Constraint extends string>(
  ledger: Ledger<Genome, Name, Constraint>,
  population: Uint32Array,
): Solution<Genome, Name, Constraint>[] => {
  const { violations } = ledger.rows(population);
  const least = violations.reduce((low, violation) => Math.min(low, violation), Infinity);
  const candidates = population.filter((_, i) => violations[i] === least);
  const { values, objectives } = ledger.rows(candidates);
  return solutionsOf(
    ledger,
    Uint32Array.from(frontRows(values, objectives), (row) => candidates[row] ?? 0),
  );
};

/** Why entries were discarded. */
const discardedOf = <Genome, Name extends string, Constraint extends string>(
  ledger: Ledger<Genome, Name, Constraint>,
  picked: Uint32Array,
): DiscardedCandidate<Genome>[] =>
  Array.from(picked).flatMap((entry) => {
    const discarded = ledger.discarded(entry);
    return discarded === undefined ? [] : [{ genome: ledger.genome(entry), discarded }];
  });

/**
 * The report of a generation that has just been completed. Its solutions are laid out when they are looked at, and are those of this
 * generation even then: entries of a ledger and populations never change.
 *
 * @param own the entries of the generation
 */
export const generationReport = <Genome, Name extends string, Constraint extends string>(
  numbers: Pick<Generation<Genome, Name, Constraint>, 'generation' | 'evaluations' | 'progress'> & {
    readonly hypervolume: number | undefined;
  },
  {
    ledger,
    own,
    population,
  }: { readonly ledger: Ledger<Genome, Name, Constraint>; readonly own: Uint32Array; readonly population: Uint32Array },
): Generation<Genome, Name, Constraint> => {
  const { hypervolume, ...counts } = numbers;
  const evaluated = lazily(() => solutionsOf(ledger, own));
  const discarded = lazily(() => discardedOf(ledger, own));
  const front = lazily(() => frontOf(ledger, population));
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
