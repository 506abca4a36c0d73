import { creepFrom } from '../operators/creep.js';
import { pickGenes } from '../operators/pick-genes.js';
import { pointCrossover } from '../operators/point-crossover.js';
import type { Random } from '../random.js';

/** Where the genes of a non-increasing vector lie: whole numbers of grid steps, or plain numbers where there is no grid. */
export interface DescendingRange {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

/** The shortest reach of a step without a grid is the range over 2 to this power. */
const HALVINGS = 10;

/** Another place: short steps are common, and every place is in reach. */
const stepFrom = (place: number, { low, high, whole }: DescendingRange, random: Random): number => {
  if (whole) return creepFrom(place, { low, high }, random);
  const reach = (high - low) / 2 ** random.integer(0, HALVINGS);
  const [least, most] = [Math.max(low, place - reach), Math.min(high, place + reach)];
  return Math.min(most, least + random.next() * (most - least));
};

/** Brings the neighbours of gene `i` to its place where they would be on the wrong side of it. */
const pushNeighbours = (places: number[], i: number): void => {
  const place = places[i] ?? 0;
  for (let j = i - 1; j >= 0 && (places[j] ?? 0) < place; j -= 1) places[j] = place;
  for (let j = i + 1; j < places.length && (places[j] ?? 0) > place; j += 1) places[j] = place;
};

/**
 * Local mutation of a non-increasing vector: each gene moves with `probability`, default 1 / length, and at least one does. It goes a
 * step whose reach is drawn from 1, 2, 4, ... grid steps until the range is covered, and takes the genes along that it passes: a run of equal
 * genes moves as one, where bounds between neighbours would hold it.
 */
export const moveGenes = (
  places: readonly number[],
  range: DescendingRange,
  { random, probability }: { readonly random: Random; readonly probability: number | undefined },
): number[] => {
  const child = places.slice();
  for (const i of pickGenes(child.length, random, probability)) {
    child[i] = stepFrom(child[i] ?? range.low, range, random);
    pushNeighbours(child, i);
  }
  return child;
};

/** One-point crossover of non-increasing vectors: behind the cut no gene stays above the last one before it. */
export const crossAtPoint = (a: readonly number[], b: readonly number[], random: Random): number[][] =>
  pointCrossover()(a, b, random).map((child) => {
    let previous = Infinity;
    return child.map((place) => (previous = Math.min(previous, place)));
  });
