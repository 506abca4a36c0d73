import { crowdingDistance } from './crowding-distance.js';
import { nonDominatedSort } from './non-dominated-sort.js';

/** How the members of a population compare: front first, then room around them. */
export interface Standing {
  readonly ranks: Uint32Array;
  readonly crowding: Float64Array;
}

/**
 * Elitist survival of NSGA-II (Deb et al. 2002, section III-C): whole fronts while they fit, then the least crowded
 * of the first front that does not.
 *
 * @returns the rows that survive, at most `keep`, best front first
 */
export const survivors = (values: Float64Array, objectives: number, keep: number): Uint32Array => {
  const { fronts } = nonDominatedSort(values, objectives);
  const kept = new Uint32Array(Math.min(keep, values.length / objectives));
  let filled = 0;
  for (const front of fronts) {
    const room = kept.length - filled;
    if (room === 0) break;
    if (front.length <= room) {
      kept.set(front, filled);
      filled += front.length;
      continue;
    }
    const crowding = crowdingDistance(values, objectives, front);
    const order = Uint32Array.from(front.keys()).sort((a, b) => compareRoom(crowding, a, b) || a - b);
    kept.set(
      order.subarray(0, room).map((i) => front[i] ?? 0),
      filled,
    );
    break;
  }
  return kept;
};

/** Negative when `a` has more room than `b`; Infinity equals Infinity. */
const compareRoom = (crowding: Float64Array, a: number, b: number): number => {
  const roomA = crowding[a] ?? 0;
  const roomB = crowding[b] ?? 0;
  return roomA === roomB ? 0 : roomA > roomB ? -1 : 1;
};

/** Rank and crowding of every row of a population. */
export const standingOf = (values: Float64Array, objectives: number): Standing => {
  const { ranks, fronts } = nonDominatedSort(values, objectives);
  const crowding = new Float64Array(ranks.length);
  for (const front of fronts) {
    const distances = crowdingDistance(values, objectives, front);
    front.forEach((row, i) => {
      crowding[row] = distances[i] ?? 0;
    });
  }
  return { ranks, crowding };
};

/** The crowded comparison: negative when `a` is the better of two, 0 when they are equal. */
export const compareStanding = ({ ranks, crowding }: Standing, a: number, b: number): number =>
  (ranks[a] ?? 0) - (ranks[b] ?? 0) || compareRoom(crowding, a, b);
