import { createGenotypeSet } from '../genotype-set.js';
import { SearchError } from '../errors.js';
import type { Random } from '../random.js';
import type { SurrogateProblem } from './surrogate-problem.js';

/** Squared distance of two points, each number scaled to the range of the pool. */
const distance = (a: readonly number[], b: readonly number[], scale: readonly number[]): number =>
  a.reduce((sum, x, d) => sum + ((x - (b[d] ?? 0)) * (scale[d] ?? 0)) ** 2, 0);

/** One over the range of each number of the points; 0 where all are equal. */
const scaleOf = (points: readonly (readonly number[])[]): number[] =>
  (points[0] ?? []).map((_, d) => {
    const column = points.map((point) => point[d] ?? 0);
    const range =
      column.reduce((a, b) => Math.max(a, b), -Infinity) - column.reduce((a, b) => Math.min(a, b), Infinity);
    return range > 0 ? 1 / range : 0;
  });

/**
 * Picks points far from one another: after those that are picked already the one whose nearest picked point is
 * farthest, again and again (Gonzalez 1985).
 *
 * @param picked how many of the first points are picked from the start; where none is, the first point is
 * @returns positions of `count` points, or of all
 */
const spreadOut = (points: readonly (readonly number[])[], count: number, picked: number): number[] => {
  const scale = scaleOf(points);
  const chosen = Array.from({ length: Math.min(count, points.length, Math.max(1, picked)) }, (_, i) => i);
  const nearest = points.map((point) =>
    chosen.reduce((least, i) => Math.min(least, distance(point, points[i] ?? [], scale)), Infinity),
  );
  while (chosen.length < Math.min(count, points.length)) {
    chosen.forEach((i) => void (nearest[i] = -1));
    const next = nearest.reduce((best, value, i) => (value > (nearest[best] ?? -1) ? i : best), 0);
    chosen.push(next);
    points.forEach((point, i) => {
      nearest[i] = Math.min(nearest[i] ?? 0, distance(point, points[next] ?? [], scale));
    });
  }
  return chosen;
};

/** Genomes that are drawn for each one that is wanted. */
const DRAWN = 10;

/**
 * Genomes to learn the first model from: of the problem's seeds as many as are wanted, spread out from the leading ones
 * on; where there are fewer, samples of the space that are spread out beside them.
 *
 * @throws SearchError `NO_CANDIDATES` if `accept` refuses all
 */
export const spreadGenomes = <Genome, Name extends string, Constraint extends string>(
  problem: SurrogateProblem<Genome, Name, Constraint>,
  {
    count,
    leading,
    attempts,
    random,
  }: { readonly count: number; readonly leading: number; readonly attempts: number; readonly random: Random },
): readonly Genome[] => {
  const known = createGenotypeSet(problem);
  const pool: Genome[] = [];
  const take = (proposed: Genome): void => {
    const genome = problem.repair ? problem.repair(proposed) : proposed;
    if ((!problem.accept || problem.accept(genome)) && known.add(genome)) pool.push(genome);
  };
  let picked = 0; // leading seeds that were taken
  (problem.seeds ?? []).forEach((seed, i) => {
    take(seed);
    if (i < leading) picked = pool.length;
  });
  const seeds = pool.length;
  const tries = attempts * count;
  if (seeds < count) {
    const wanted = seeds + DRAWN * (count - seeds);
    for (let i = 0; i < tries && pool.length < wanted; i += 1) take(problem.initial(random, i));
  }
  if (pool.length === 0) {
    throw new SearchError(
      'NO_CANDIDATES',
      `None of ${problem.seeds?.length ?? 0} seeds and ${tries} samples passed accept(): loosen it, or mend initial() or repair().`,
    );
  }
  const points = pool.map((genome) => problem.features(genome));
  return spreadOut(points, count, seeds < count ? seeds : picked).map((i) => pool[i] as Genome);
};
