import { nonDominatedSort, type NonDominatedSort } from '../non-dominated-sort.js';
import type { Rows } from './algorithm.js';

/** Rows of `values`, one after the other. */
export const pickRows = ({ values, objectives, violations }: Rows, picked: Uint32Array): Rows => {
  const own = new Float64Array(picked.length * objectives);
  const ownViolations = new Float64Array(picked.length);
  for (let i = 0; i < picked.length; i += 1) {
    const row = picked[i] ?? 0;
    ownViolations[i] = violations[row] ?? 0;
    for (let m = 0; m < objectives; m += 1) own[i * objectives + m] = values[row * objectives + m] ?? 0;
  }
  return { values: own, objectives, violations: ownViolations };
};

/**
 * Fronts under constrained domination (Deb 2000; Deb et al. 2002, section VI): the feasible rows, sorted as ever; behind them the
 * infeasible ones by how much they break, equal ones in one front.
 */
export const constrainedSort = (rows: Rows): NonDominatedSort => {
  const { values, objectives, violations } = rows;
  if (violations.every((violation) => violation === 0)) return nonDominatedSort(values, objectives);
  const all = Uint32Array.from(violations.keys());
  const feasible = all.filter((row) => violations[row] === 0);
  const sorted = nonDominatedSort(pickRows(rows, feasible).values, objectives);
  const fronts = sorted.fronts.map((front) => front.map((i) => feasible[i] ?? 0));
  const violationOf = (row: number): number => violations[row] ?? 0;
  const infeasible = all.filter((row) => violationOf(row) > 0).sort((a, b) => violationOf(a) - violationOf(b) || a - b);
  for (let start = 0; start < infeasible.length;) {
    let end = start + 1;
    while (end < infeasible.length && violationOf(infeasible[end] ?? 0) === violationOf(infeasible[start] ?? 0))
      end += 1;
    fronts.push(infeasible.subarray(start, end));
    start = end;
  }
  const ranks = new Uint32Array(violations.length);
  fronts.forEach((front, rank) => front.forEach((row) => void (ranks[row] = rank)));
  return { ranks, fronts };
};

/** Whole fronts while they fit into `keep`; the first that does not is thinned by `thin` to the room that is left. */
export const fillFromFronts = (
  fronts: readonly Uint32Array[],
  keep: number,
  thin: (front: Uint32Array, room: number, before: readonly Uint32Array[]) => Uint32Array,
): Uint32Array => {
  const taken: Uint32Array[] = [];
  let room = keep;
  for (const front of fronts) {
    if (room === 0) break;
    const part = front.length <= room ? front : thin(front, room, taken);
    taken.push(part);
    room -= part.length;
  }
  const kept = new Uint32Array(keep - room);
  let filled = 0;
  for (const part of taken) {
    kept.set(part, filled);
    filled += part.length;
  }
  return kept;
};
