import { crowdingDistance } from '../crowding-distance.js';
import type { Algorithm, Preference, Rows } from './algorithm.js';
import { constrainedSort, fillFromFronts } from './constrained-sort.js';
import { thinByCrowding } from './thin-by-crowding.js';

/** The crowded comparison (Deb et al. 2002, section III-B): the better front first, then more room around. */
const crowdedComparison = (rows: Rows): Preference => {
  const { ranks, fronts } = constrainedSort(rows);
  const crowding = new Float64Array(ranks.length);
  for (const front of fronts) {
    const distances = crowdingDistance(rows.values, rows.objectives, front);
    for (let i = 0; i < front.length; i += 1) crowding[front[i] ?? 0] = distances[i] ?? 0;
  }
  return (a, b) => {
    const byRank = (ranks[a] ?? 0) - (ranks[b] ?? 0);
    if (byRank !== 0) return byRank;
    const roomA = crowding[a] ?? 0;
    const roomB = crowding[b] ?? 0;
    return roomA === roomB ? 0 : roomA > roomB ? -1 : 1;
  };
};

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002): fronts by feasibility and domination, and of the last front that survives
 * those with the most room around them, taken out one by one (Kukkonen and Deb 2006). The choice for one to three objectives.
 *
 * @example
 * const { front } = await minimize(problem, { algorithm: nsga2(), generations: 20 });
 */
export const nsga2 = (): Algorithm => ({
  name: 'nsga2',
  settings: {},
  populationSize: () => 100,
  survivors: (rows, keep) =>
    fillFromFronts(constrainedSort(rows).fronts, keep, (front, room) =>
      thinByCrowding(rows.values, rows.objectives, front, room),
    ),
  preference: crowdedComparison,
});
