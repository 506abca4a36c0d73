import type { Preference } from './algorithms/algorithm.js';
import { SearchError } from './errors.js';
import type { GenotypeSet } from './genotype-set.js';
import type { Problem } from './problem.js';
import type { Random } from './random.js';

/** Proposals in a row of which none is new, for each of the `attempts`, after which a generation makes do: a space may have fewer genotypes than are wanted. */
export const MISSES_IN_A_ROW = 100;

/**
 * Repairs and filters genomes, and collects those that are not known yet, until there are enough candidates, the attempts are used up, or
 * too many of them in a row gave nothing new.
 */
export const collectNew = <Genome>(
  candidates: Genome[],
  propose: (attempt: number) => Genome,
  {
    problem,
    known,
    size,
    attempts,
    misses = Infinity,
  }: {
    readonly problem: Pick<Problem<Genome>, 'repair' | 'accept'>;
    /** Every genotype that was ever a candidate. */
    readonly known: GenotypeSet<Genome>;
    /** The number of candidates wanted. */
    readonly size: number;
    readonly attempts: number;
    /** Attempts in a row without anything new that end it. Default: no limit of their own. */
    readonly misses?: number;
  },
): void => {
  let found = 0; // the attempt after the last that gave something new
  for (let attempt = 0; attempt < attempts && candidates.length < size && attempt - found < misses; attempt += 1) {
    const proposed = propose(attempt);
    const genome = problem.repair ? problem.repair(proposed) : proposed;
    if (problem.accept && !problem.accept(genome)) continue;
    if (!known.add(genome)) continue;
    candidates.push(genome);
    found = attempt + 1;
  }
};

/**
 * Binary tournaments in which everybody takes part equally often (Deb et al. 2002): the population is shuffled and its neighbours
 * meet; when all have met, it is shuffled again. A coin decides ties.
 *
 * @returns a function that gives the row of the next winner
 */
export const createTournament = (size: number, prefer: Preference, random: Random): (() => number) => {
  const order = Uint32Array.from({ length: size }, (_, row) => row);
  let next = size;
  return () => {
    if (size === 1) return 0;
    if (next + 1 >= size) {
      for (let i = size - 1; i > 0; i -= 1) {
        const j = random.integer(0, i);
        const held = order[i] ?? 0;
        order[i] = order[j] ?? 0;
        order[j] = held;
      }
      next = 0;
    }
    const a = order[next] ?? 0;
    const b = order[next + 1] ?? 0;
    next += 2;
    const comparison = prefer(a, b);
    return comparison < 0 || (comparison === 0 && random.next() < 0.5) ? a : b;
  };
};

/**
 * Families of different members where the population is large enough, each of them chosen on its own.
 *
 * @param select gives the row of the next winner
 */
export const createFamilies = (
  size: number,
  parents: number,
  { select, random }: { readonly select: () => number; readonly random: Random },
): (() => readonly number[]) => {
  const another = (family: readonly number[]): number => {
    const row = select();
    if (!family.includes(row) || family.length >= size) return row;
    let next = (row + random.integer(1, size - 1)) % size;
    while (family.includes(next)) next = (next + 1) % size; // ends: there are more members than the family has
    return next;
  };
  return () => {
    const family: number[] = [];
    for (let i = 0; i < parents; i += 1) family.push(another(family));
    return family;
  };
};

export interface BreedingOptions {
  readonly random: Random;
  /** Members of the population. */
  readonly size: number;
  /** The rows of the next parents. */
  readonly family: () => readonly number[];
  readonly crossoverRate: number;
  readonly mutationRate: number;
}

/** @throws SearchError `INVALID_PROBLEM` unless there are children */
const checkChildren = <Genome>(children: readonly Genome[]): readonly Genome[] => {
  const came: unknown = children;
  if (Array.isArray(came) && came.length > 0) return children;
  throw new SearchError(
    'INVALID_PROBLEM',
    `crossover gave ${JSON.stringify(children)}: expected an array of children, one or more, as in [child].`,
  );
};

/** How many parents the children of a problem have. */
export const parentsOf = ({ recombine }: Pick<Problem<unknown>, 'recombine'>): number => recombine?.parents ?? 2;

/**
 * Children, one by one, of families of parents: with `crossoverRate` what their crossover gives, each mutated with `mutationRate`;
 * else copies of the first two, each mutated.
 */
export const createBreeder = <Genome>(
  { crossover, recombine, mutate }: Pick<Problem<Genome>, 'crossover' | 'recombine' | 'mutate'>,
  parent: (row: number) => Genome,
  { random, size, family, crossoverRate, mutationRate }: BreedingOptions,
): (() => Genome) => {
  let siblings: readonly Genome[] = [];
  let crossed = false;
  let next = 0;

  const mate = (): void => {
    const parents = family().map(parent);
    const [first, second] = parents as [Genome, Genome];
    crossed = size > 1 && random.next() < crossoverRate;
    if (!crossed) siblings = [first, second];
    else siblings = checkChildren(recombine ? recombine.combine(parents, random) : crossover(first, second, random));
    next = 0;
  };

  return () => {
    if (next === siblings.length) mate();
    const child = siblings[next++] as Genome;
    return crossed && random.next() >= mutationRate ? child : mutate(child, random);
  };
};
