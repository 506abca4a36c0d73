import type { Problem } from './problem.js';
import type { Random } from './random.js';
import { compareStanding, type Standing } from './survival.js';

/** Genotypes that were never evaluated, with their keys. */
export type Brood<Genome> = Map<string, Genome>;

/** Repairs, filters and keys genomes; gives those that are new until enough are found or the attempts are used up. */
export const collectNew = <Genome>(
  brood: Brood<Genome>,
  propose: (attempt: number) => Genome,
  {
    problem,
    known,
    size,
    attempts,
  }: {
    readonly problem: Pick<Problem<Genome>, 'repair' | 'accept' | 'key'>;
    /** Was this key evaluated before? */
    readonly known: (key: string) => boolean;
    /** The size the brood should reach. */
    readonly size: number;
    readonly attempts: number;
  },
): void => {
  for (let attempt = 0; attempt < attempts && brood.size < size; attempt += 1) {
    const proposed = propose(attempt);
    const genome = problem.repair ? problem.repair(proposed) : proposed;
    if (problem.accept && !problem.accept(genome)) continue;
    const key = keyOf(problem, genome);
    if (!known(key) && !brood.has(key)) brood.set(key, genome);
  }
};

export const keyOf = <Genome>(problem: Pick<Problem<Genome>, 'key'>, genome: Genome): string =>
  problem.key ? problem.key(genome) : JSON.stringify(genome);

/** Two drawn at random, the better by rank and then by crowding wins, a coin decides ties. */
const tournament = (standing: Standing, random: Random): number => {
  const last = standing.ranks.length - 1;
  const a = random.integer(0, last);
  const b = random.integer(0, last);
  const comparison = compareStanding(standing, a, b);
  return comparison < 0 || (comparison === 0 && random.next() < 0.5) ? a : b;
};

/**
 * One child: with `crossoverRate` of two distinct parents, else a copy of one; with `mutationRate` it is then mutated.
 * A copy always is.
 */
export const breedChild = <Genome>(
  problem: Pick<Problem<Genome>, 'crossover' | 'mutate'>,
  parent: (row: number) => Genome,
  {
    standing,
    random,
    crossoverRate,
    mutationRate,
  }: {
    readonly standing: Standing;
    readonly random: Random;
    readonly crossoverRate: number;
    readonly mutationRate: number;
  },
): Genome => {
  const size = standing.ranks.length;
  const first = tournament(standing, random);
  if (size === 1 || random.next() >= crossoverRate) return problem.mutate(parent(first), random);
  let second = tournament(standing, random);
  if (second === first) second = (first + random.integer(1, size - 1)) % size;
  const child = problem.crossover(parent(first), parent(second), random);
  return random.next() < mutationRate ? problem.mutate(child, random) : child;
};
