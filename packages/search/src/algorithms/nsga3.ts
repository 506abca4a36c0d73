import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import type { Algorithm, Preference, Rows } from './algorithm.js';
import { constrainedSort, fillFromFronts, pickRows } from './constrained-sort.js';
import { associate, fillNiches } from './niching.js';
import { normalize } from './normalize.js';
import { finestLattice, referenceDirections } from './reference-directions.js';

export interface Nsga3Options {
  /** Divisions of each edge of the lattice of directions. Default: the most that give no more than 100 directions. */
  readonly divisions?: number;
  /** Divisions of a second lattice, half as large, around the centre. Default: none. */
  readonly inner?: number;
  /** Directions of your own instead: one number >= 0 for each objective. */
  readonly directions?: readonly (readonly number[])[];
}

const most = 100;

/** A function that keeps what it gave for the last number of objectives. */
const remembered = <Value>(make: (objectives: number) => Value): ((objectives: number) => Value) => {
  let last: { readonly objectives: number; readonly value: Value } | undefined;
  return (objectives) => {
    if (last?.objectives !== objectives) last = { objectives, value: make(objectives) };
    return last.value;
  };
};

/** The directions that options ask for, by the number of objectives. */
export const createDirections = ({
  divisions,
  inner = 0,
  directions,
}: Nsga3Options): ((objectives: number) => readonly (readonly number[])[]) =>
  remembered(
    (objectives) =>
      directions ?? referenceDirections({ objectives, divisions: divisions ?? finestLattice(objectives, most), inner }),
  );

const isDirection = (direction: readonly number[], objectives: number): boolean =>
  direction.length === objectives &&
  direction.every((part) => part >= 0 && Number.isFinite(part)) &&
  direction.some((part) => part > 0);

/** Feasible parents beat infeasible ones, and of those the less infeasible wins; else a coin decides (Jain and Deb 2014). */
const byFeasibility =
  ({ violations }: Rows): Preference =>
  (a, b) =>
    (violations[a] ?? 0) - (violations[b] ?? 0);

const thinByNiches = (
  rows: Rows,
  {
    front,
    room,
    before,
    directions,
  }: {
    readonly front: Uint32Array;
    readonly room: number;
    readonly before: readonly Uint32Array[];
    readonly directions: readonly (readonly number[])[];
  },
  { ideal, random }: Parameters<Algorithm['survivors']>[2],
): Uint32Array => {
  if ((rows.violations[front[0] ?? 0] ?? 0) > 0) return front.subarray(0, room); // equally infeasible, all of them
  const settled = Uint32Array.from(before.flatMap((part) => Array.from(part)));
  const members = new Uint32Array(settled.length + front.length);
  members.set(settled);
  members.set(front, settled.length);
  const scaled = normalize(pickRows(rows, members).values, rows.objectives, ideal, before[0]?.length ?? front.length);
  return fillNiches(associate(scaled, rows.objectives, directions), settled.length, room, random).map(
    (i) => members[i] ?? 0,
  );
};

/**
 * NSGA-III (Deb and Jain 2014; with constraints Jain and Deb 2014): fronts by feasibility and domination, and of the last front that
 * survives those that fill the emptiest niches around reference directions. The choice for three objectives and more.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible lattice, and in a search for directions of another number of objectives
 * @example
 * const algorithm = nsga3({ divisions: 12 }); // 91 directions for three objectives
 */
export const nsga3 = ({ divisions, inner = 0, directions: given, ...others }: Nsga3Options = {}): Algorithm => {
  checkOptions('nsga3()', others, ['divisions', 'inner', 'directions']);
  const directionsFor = createDirections({
    ...(divisions === undefined ? {} : { divisions }),
    inner,
    ...(given && { directions: given }),
  });
  return {
    name: 'nsga3',
    settings: { ...(divisions === undefined ? {} : { divisions }), inner, ...(given ? { directions: given } : {}) },
    populationSize: (objectives) => 4 * Math.ceil(directionsFor(objectives).length / 4),
    check: (objectives) => {
      if (objectives < 2 && !given) {
        throw new SearchError(
          'INVALID_OPTION',
          `nsga3() got ${objectives} objective: expected two or more, to spread a front over. For one objective take nsga2().`,
        );
      }
      const wrong = directionsFor(objectives).find((direction) => !isDirection(direction, objectives));
      if (wrong) {
        throw new SearchError(
          'INVALID_OPTION',
          `direction ${JSON.stringify(wrong)}: expected ${objectives} numbers >= 0, not all 0, one for each objective.`,
        );
      }
    },
    survivors: (rows, keep, context) =>
      fillFromFronts(constrainedSort(rows).fronts, keep, (front, room, before) =>
        thinByNiches(rows, { front, room, before, directions: directionsFor(rows.objectives) }, context),
      ),
    preference: byFeasibility,
  };
};
