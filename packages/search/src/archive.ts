import { checkOptions } from './check-options.js';
import { crowdingDistance } from './crowding-distance.js';
import { axesOf, type Directions } from './dominance.js';
import { SearchError } from './errors.js';
import { covers } from './indicators/covers.js';
import { finiteRows } from './indicators/rows.js';
import { numbersBetween } from './numbers-between.js';
import { isFeasible, type Measured, type ObjectiveOf } from './measured.js';

/** The non-dominated of all solutions ever shown to it. */
export interface Archive<Item> {
  /** Takes a solution in, unless it is infeasible, or a member dominates or equals it. Members that it dominates leave. Tells whether it stays. */
  add(item: Item): boolean;
  /** The members, from best to worst in the first objective. */
  front(): readonly Item[];
  /** How many members there are. */
  readonly size: number;
}

/**
 * An archive of non-dominated solutions: what a population forgets, it keeps. After all were added its front is `paretoFront` of all,
 * unless it is bounded.
 *
 * A newcomer is refused in O(log N) with two objectives, in O(N) with more.
 *
 * @typeParam Item what it holds: `Solution<number[], 'cost' | 'score'>`, for instance
 * @param directions the objectives that count
 * @param options `capacity`: most members, an integer >= 1; where there would be more, the most crowded one leaves. Default: no limit
 * @throws SearchError `INVALID_OPTION`; `add` throws `INVALID_OBJECTIVES` for a value that is missing or not finite
 * @example
 * const archive = createArchive(problem.objectives);
 * await minimize(problem, {
 *   generations: 10,
 *   onGeneration: ({ evaluated }) => evaluated.forEach((solution) => archive.add(solution)),
 * });
 * archive.front();
 */
export const createArchive = <Item extends Measured>(
  directions: Directions<ObjectiveOf<Item>>,
  { capacity = Infinity, ...others }: { readonly capacity?: number } = {},
): Archive<Item> => {
  checkOptions('createArchive()', others, ['capacity']);
  if (!(capacity >= 1) || (capacity !== Infinity && !Number.isInteger(capacity))) {
    throw new SearchError('INVALID_OPTION', `capacity is ${capacity}: expected an integer >= 1.`);
  }
  const axes = axesOf<string>(directions);
  const objectives = axes.length;
  const items: Item[] = []; // in lexicographic order of their rows
  let rows = new Float64Array(64 * objectives); // and one more behind them: the newcomer's

  /** How many members come before row `newcomer` in lexicographic order, or equal it. */
  const placeOf = (newcomer: number): number => {
    let low = 0;
    for (let high = items.length; low < high;) {
      const middle = (low + high) >>> 1;
      let difference = 0;
      for (let m = 0; m < objectives && difference === 0; m += 1) {
        difference = (rows[middle * objectives + m] ?? 0) - (rows[newcomer * objectives + m] ?? 0);
      }
      if (difference <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Is the newcomer covered by a member before its place? With two objectives the last of them has the least second one. */
  const isCovered = (newcomer: number, place: number): boolean => {
    const last = objectives > 2 ? 0 : Math.max(0, place - 1);
    for (let member = place - 1; member >= last; member -= 1)
      if (covers(rows, objectives, member, newcomer)) return true;
    return false;
  };

  /** Takes out the members from `place` on that the newcomer covers. */
  const dropCovered = (newcomer: number, place: number): void => {
    let kept = place;
    for (let member = place; member < newcomer; member += 1) {
      if (covers(rows, objectives, newcomer, member)) continue;
      if (kept < member) {
        rows.copyWithin(kept * objectives, member * objectives, (member + 1) * objectives);
        items[kept] = items[member] as Item;
      }
      kept += 1;
    }
    items.length = kept;
  };

  /** The member with the least room; the last of several. */
  const mostCrowded = (): number => {
    const distances = crowdingDistance(
      rows.subarray(0, items.length * objectives),
      objectives,
      numbersBetween(0, items.length),
    );
    return distances.reduce(
      (least, distance, member) => (distance <= (distances[least] ?? Infinity) ? member : least),
      0,
    );
  };

  return {
    add: (item) => {
      const row = finiteRows([item.objectives], axes, { what: 'a solution' });
      if (!isFeasible(item)) return false;
      const newcomer = items.length;
      if ((newcomer + 1) * objectives > rows.length) {
        const wider = new Float64Array(2 * rows.length);
        wider.set(rows);
        rows = wider;
      }
      rows.set(row, newcomer * objectives);
      const place = placeOf(newcomer);
      if (isCovered(newcomer, place)) return false;
      dropCovered(newcomer, place);
      rows.copyWithin((place + 1) * objectives, place * objectives, items.length * objectives);
      rows.set(row, place * objectives);
      items.splice(place, 0, item);
      if (items.length <= capacity) return true;
      const crowded = mostCrowded();
      rows.copyWithin(crowded * objectives, (crowded + 1) * objectives, items.length * objectives);
      items.splice(crowded, 1);
      return crowded !== place;
    },
    front: () => items.slice(),
    get size() {
      return items.length;
    },
  };
};
