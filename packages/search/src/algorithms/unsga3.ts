import type { Algorithm, Preference, Rows } from './algorithm.js';
import { constrainedSort } from './constrained-sort.js';
import { associate } from './niching.js';
import { normalize } from './normalize.js';
import { createDirections, nsga3, type Nsga3Options } from './nsga3.js';

/** The least value of each objective. */
const leastOf = ({ values, objectives }: Rows): Float64Array => {
  const least = new Float64Array(objectives).fill(Infinity);
  values.forEach((value, i) => void (least[i % objectives] = Math.min(least[i % objectives] ?? Infinity, value)));
  return least;
};

/** Of two in one niche the one of the better front wins, then the one nearer to the direction; a coin decides between niches. */
const byNiche = (rows: Rows, directions: readonly (readonly number[])[]): Preference => {
  const { ranks, fronts } = constrainedSort(rows);
  const scaled = normalize(rows.values, rows.objectives, leastOf(rows), fronts[0]?.length ?? 0);
  const { niches, distances } = associate(scaled, rows.objectives, directions);
  return (a, b) => {
    const broken = (rows.violations[a] ?? 0) - (rows.violations[b] ?? 0);
    if (broken !== 0) return broken;
    if (niches[a] !== niches[b]) return 0;
    return (ranks[a] ?? 0) - (ranks[b] ?? 0) || (distances[a] ?? 0) - (distances[b] ?? 0);
  };
};

/**
 * U-NSGA-III (Seada and Deb 2016): `nsga3()` whose parents compete within their niche. The choice where it is not known beforehand whether
 * objectives are few or many: with two of them it presses on as NSGA-II does.
 *
 * @throws SearchError `INVALID_OPTION` as `nsga3()` does
 * @example
 * const { front } = await minimize(problem, { algorithm: unsga3({ divisions: 19 }), generations: 10 });
 */
export const unsga3 = (options: Nsga3Options = {}): Algorithm => {
  const base = nsga3(options);
  const directionsFor = createDirections(options);
  return { ...base, name: 'unsga3', preference: (rows) => byNiche(rows, directionsFor(rows.objectives)) };
};
