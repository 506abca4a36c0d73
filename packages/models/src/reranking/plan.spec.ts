import type { OperatingPoint } from '@length-adaptive/core/lengths';
import type { Plan, PlanContext } from './plan.js';
import { planWithin } from './plan.js';

const full: OperatingPoint = { lengths: [1, 1, 1] };
const late: OperatingPoint = { lengths: [1, 0.5, 0.5] };
const early: OperatingPoint = { lengths: [0.5, 0.3, 0.2] };
const costs = new Map([
  [full, 1],
  [late, 0.6],
  [early, 0.3],
]);
/** Ten documents. */
const costOf = ({ point, keep }: Plan): number => (costs.get(point) ?? 1) + keep / 10;

const context: PlanContext = {
  full,
  points: [
    { point: late, score: Number.NaN, cost: 0.6 },
    { point: full, score: Number.NaN, cost: 1 },
  ],
  cascades: [
    { point: early, keep: 2, fidelity: 0.8, cost: 0.5 },
    { point: early, keep: 4, fidelity: 0.9, cost: 0.7 },
  ],
  costOf,
};
const within = (left: number): Plan => planWithin({ left, expected: costOf }, context);

test('the full length where it fits, else the searched cascade of the highest fidelity that does', () => {
  expect(within(1)).toEqual({ point: full, keep: 0 });
  expect(within(0.75)).toMatchObject({ point: early, keep: 4 });
  expect(within(0.55)).toMatchObject({ point: early, keep: 2 });
});

test('where none does, the cheapest pass there is, that of a cascade among them', () => {
  expect(within(0.4)).toEqual({ point: early, keep: 0 });
  expect(within(0.1)).toEqual({ point: early, keep: 0 });
});

test('without cascades the dearest pass that leaves half of the time, else the cheapest', () => {
  const alone = { ...context, cascades: [], points: [{ point: early, score: 0.8, cost: 0.3 }, ...context.points] };
  const time = (left: number): Plan => planWithin({ left, expected: costOf }, alone);
  expect(time(0.9)).toEqual({ point: early, keep: 0 });
  expect(time(0.99)).toEqual({ point: early, keep: 0 });
  expect(planWithin({ left: 1.3, expected: (plan) => costOf(plan) + (plan.point === full ? 1 : 0) }, alone)).toEqual({
    point: late,
    keep: 0,
  });
});
