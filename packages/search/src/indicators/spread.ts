import type { Directions, Objectives } from '../dominance.js';
import { frontPair, type FrontPair } from './front-pair.js';
import { euclidean, mean, nearestDistances } from './nearest.js';
import { rowOrder } from '../row-order.js';

/** How unequal gaps are, counting what is missing at the ends: 0 where nothing is missing and all gaps are one. */
const inequality = (missing: number, gaps: Float64Array): number => {
  const average = gaps.length === 0 ? 0 : mean(gaps);
  const uneven = gaps.reduce((sum, gap) => sum + Math.abs(gap - average), 0);
  const all = missing + gaps.length * average;
  return all === 0 ? 0 : (missing + uneven) / all;
};

/** Deb's Delta: gaps between neighbours along the front, and from its ends to the ends of the wanted one. */
const alongFront = ({ found, wanted }: FrontPair): number => {
  const order = rowOrder(found, 2, 1);
  const ends = rowOrder(wanted, 2, 1);
  const gaps = Float64Array.from({ length: order.length - 1 }, (_, i) =>
    Math.sqrt(euclidean(found, order[i] ?? 0, found, order[i + 1] ?? 0, 2)),
  );
  const first = euclidean(found, order[0] ?? 0, wanted, ends[0] ?? 0, 2);
  const last = euclidean(found, order.at(-1) ?? 0, wanted, ends.at(-1) ?? 0, 2);
  return inequality(Math.sqrt(first) + Math.sqrt(last), gaps);
};

/** The row with the most of each objective: the corners of a front. */
const corners = (values: Float64Array, objectives: number): Float64Array => {
  const rows = new Float64Array(objectives * objectives);
  for (let m = 0; m < objectives; m += 1) {
    let most = 0;
    for (let start = 0; start < values.length; start += objectives)
      if ((values[start + m] ?? 0) > (values[most + m] ?? 0)) most = start;
    rows.set(values.subarray(most, most + objectives), m * objectives);
  }
  return rows;
};

/** The generalised spread: distances to the nearest neighbour, and from the corners of the wanted front to the nearest point. */
const amongNeighbours = ({ found, wanted, objectives }: FrontPair): number => {
  const missing = nearestDistances(corners(wanted, objectives), found, { objectives }).reduce(
    (sum, distance) => sum + distance,
    0,
  );
  const alone = found.length === objectives;
  const gaps = alone ? new Float64Array(0) : nearestDistances(found, found, { objectives, except: true });
  return inequality(missing, gaps);
};

/**
 * How evenly points are spread over a front, and how near they come to its ends. 0 is best: equal gaps, ends reached. For two objectives
 * this is Delta of Deb, Pratap, Agarwal and Meyarivan (2002, section IV), gaps being taken from neighbour to neighbour along the front.
 * Points of other numbers of objectives have no such order: there it is the generalised spread of Zhou, Jin, Zhang, Sendhoff and
 * Tsang (CEC 2006), where the gap of a point is the distance to the nearest other one, and the corners of the reference front (its most
 * of each objective) are the ends.
 *
 * @param points a non-dominated set, objective values by name; of none the spread is Infinity, of one alone it is 1
 * @param referenceFront the true front, or the best known one, its ends included; scale objectives alike before
 * @throws SearchError `INVALID_OBJECTIVES` for a point, `INVALID_OPTION` for a reference front that is empty or not finite
 * @example
 * const line = [0, 1, 2, 3].map((x) => ({ x, y: 3 - x }));
 * spread(line, line, { x: 'minimize', y: 'minimize' }); // 0
 */
export const spread = <Name extends string>(
  points: readonly Objectives<Name>[],
  referenceFront: readonly Objectives<Name>[],
  directions: Directions<Name>,
): number => {
  const pair = frontPair(points, referenceFront, directions);
  if (points.length === 0) return Infinity;
  return pair.objectives === 2 ? alongFront(pair) : amongNeighbours(pair);
};
