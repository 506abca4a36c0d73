import type { Algorithm } from './algorithm.js';
import { constrainedSort, fillFromFronts } from './constrained-sort.js';
import { thinByVolume } from './thin-by-volume.js';

/**
 * SMS-EMOA (Beume, Naujoks and Emmerich 2007): fronts by feasibility and domination, and of the last front that survives those that add
 * the most hypervolume. It gives the best hypervolume of all for two to four objectives and takes the most time of all: for evaluations
 * that take longer than the search. `offspring: 1` is the steady state of the paper; a whole generation at once is as good and faster.
 *
 * @example
 * const { front } = await minimize(problem, { algorithm: smsEmoa(), populationSize: 20, generations: 5 });
 */
export const smsEmoa = (): Algorithm => ({
  name: 'sms-emoa',
  settings: {},
  populationSize: () => 100,
  survivors: (rows, keep) =>
    fillFromFronts(constrainedSort(rows).fronts, keep, (front, room) =>
      (rows.violations[front[0] ?? 0] ?? 0) > 0
        ? front.subarray(0, room) // equally infeasible, all of them
        : thinByVolume(rows.values, rows.objectives, front, room),
    ),
  preference: (rows) => {
    const { ranks } = constrainedSort(rows);
    return (a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0);
  },
});
