import type { Directions, Objectives } from '../dominance.js';
import { frontPair } from './front-pair.js';
import { mean, nearestDistances, type SquaredDistance } from './nearest.js';

/**
 * Generational distance: how far points lie from a reference front, as the mean Euclidean distance to its nearest member (Van Veldhuizen
 * 1999, with exponent 1). 0 is best. It says how near they came, not how much of the front they cover.
 *
 * @param points objective values by name; of none the distance is Infinity
 * @param referenceFront a dense sample of the true front, or the best known one; scale objectives alike before
 * @throws SearchError `INVALID_OBJECTIVES` for a point, `INVALID_OPTION` for a reference front that is empty or not finite
 * @example
 * gd([{ x: 1, y: 1 }], [{ x: 0, y: 1 }, { x: 1, y: 0 }], { x: 'minimize', y: 'minimize' }); // 1
 */
export const gd = <Name extends string>(
  points: readonly Objectives<Name>[],
  referenceFront: readonly Objectives<Name>[],
  directions: Directions<Name>,
): number => {
  const { found, wanted, objectives } = frontPair(points, referenceFront, directions);
  return found.length === 0 ? Infinity : mean(nearestDistances(found, wanted, { objectives }));
};

/**
 * Inverted generational distance: the mean Euclidean distance from the members of a reference front to the nearest point (Coello Coello
 * and Reyes Sierra 2004). 0 is best. It asks for nearness and coverage at once, but may prefer a dominated set to one that dominates it:
 * `igdPlus` does not.
 *
 * @param points objective values by name; of none the distance is Infinity
 * @param referenceFront a dense sample of the true front, or the best known one; scale objectives alike before
 * @throws SearchError `INVALID_OBJECTIVES` for a point, `INVALID_OPTION` for a reference front that is empty or not finite
 * @example
 * igd([{ x: 0, y: 1 }], [{ x: 0, y: 1 }, { x: 0, y: 3 }], { x: 'minimize', y: 'maximize' }); // (0 + 2) / 2
 */
export const igd = <Name extends string>(
  points: readonly Objectives<Name>[],
  referenceFront: readonly Objectives<Name>[],
  directions: Directions<Name>,
): number => {
  const { found, wanted, objectives } = frontPair(points, referenceFront, directions);
  return mean(nearestDistances(wanted, found, { objectives }));
};

/** By how much `to` is worse than `from`: where it is better it counts as equal (d+ of Ishibuchi et al. 2015). */
const worsening: SquaredDistance = (from, a, to, b, objectives) => {
  let sum = 0;
  for (let m = 0; m < objectives; m += 1) {
    const difference = (to[b * objectives + m] ?? 0) - (from[a * objectives + m] ?? 0);
    if (difference > 0) sum += difference * difference;
  }
  return sum;
};

/**
 * IGD+: `igd` that counts only what a point is worse in (Ishibuchi, Masuda, Tanigaki and Nojima, EMO 2015). 0 is best. Weakly Pareto
 * compliant: no set scores better than one that dominates it.
 *
 * @param points objective values by name; of none the distance is Infinity
 * @param referenceFront a dense sample of the true front, or the best known one; scale objectives alike before
 * @throws SearchError `INVALID_OBJECTIVES` for a point, `INVALID_OPTION` for a reference front that is empty or not finite
 * @example
 * igdPlus([{ x: 2, y: 0 }], [{ x: 1, y: 1 }], { x: 'minimize', y: 'minimize' }); // 1: worse in x, and y is no matter
 */
export const igdPlus = <Name extends string>(
  points: readonly Objectives<Name>[],
  referenceFront: readonly Objectives<Name>[],
  directions: Directions<Name>,
): number => {
  const { found, wanted, objectives } = frontPair(points, referenceFront, directions);
  return mean(nearestDistances(wanted, found, { objectives, squared: worsening }));
};
