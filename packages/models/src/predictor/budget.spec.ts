import type { OperatingPoint } from '@length-adaptive/core';
import { pointForBudget } from './budget.js';

const points = [
  { point: { lengths: [0.2] }, score: 0.7, cost: 0.3 },
  { point: { lengths: [0.5] }, score: 0.92, cost: 0.6 },
  { point: { lengths: [0.7] }, score: 0.9, cost: 0.8 },
  { point: { lengths: [1] }, score: 0.91, cost: 1 },
];
const latencyOf = ({ lengths: [ratio = 0] = [] }: OperatingPoint): number => 10 * ratio;

test('a cost budget buys the best score that fits', () => {
  expect(pointForBudget(points, { cost: 0.3 })).toBe(points[0]);
  expect(pointForBudget(points, { cost: 0.59 })).toBe(points[0]);
  expect(pointForBudget(points, { cost: 1 })).toBe(points[1]);
});

test('a score budget buys the cheapest that scores enough', () => {
  expect(pointForBudget(points, { minScore: 0.9 })).toBe(points[1]);
  expect(pointForBudget(points, { minScore: 0.1 })).toBe(points[0]);
});

test('a latency budget asks the latency model', () => {
  expect(pointForBudget(points, { latencyMs: 6 }, { latencyOf })).toBe(points[1]);
  expect(pointForBudget(points, { latencyMs: 3 }, { latencyOf })).toBe(points[0]);
});

test('a cost budget is kept at what points cost the text, not at what they cost on average', () => {
  const costOf = ({ lengths: [ratio = 0] = [] }: OperatingPoint): number => 0.4 + 0.6 * ratio; // 0.52, 0.7, 0.82, 1
  expect(pointForBudget(points, { cost: 0.6 }, { costOf })).toBe(points[0]);
  expect(pointForBudget(points, { cost: 0.7 }, { costOf })).toBe(points[1]);
  const pick = () => pointForBudget(points, { cost: 0.3 }, { costOf });
  expect(pick).toThrow('No configuration costs 0.3 or less of the full model for this text; the smallest costs 0.520.');
  expect(pick).toThrow(
    expect.objectContaining({ code: 'BUDGET_INFEASIBLE', nearest: { point: { lengths: [0.2] }, cost: 0.52 } }) as Error,
  );
});

test('the smallest share is never told as less than it is', () => {
  const pick = () => pointForBudget(points, { cost: 0.3 }, { costOf: () => 4 / 7 });
  expect(pick).toThrow(/smallest costs 0.572/);
});

test.each([
  [{ cost: 0.1 }, 'BUDGET_INFEASIBLE', /smallest costs 0.300/],
  [{ cost: -0.5 }, 'BUDGET_INVALID', /cost is -0.5; expected a number above 0 and at most 1/],
  [{ cost: 1.5 }, 'BUDGET_INVALID', /cost is 1.5/],
  [{ cost: Number.NaN }, 'BUDGET_INVALID', /cost is NaN/],
  [{ latencyMs: 1 }, 'BUDGET_INFEASIBLE', /fastest is predicted to take 2.0 ms/],
  [{ latencyMs: 0 }, 'BUDGET_INVALID', /latencyMs is 0/],
  [{ minScore: 0.99 }, 'BUDGET_INFEASIBLE', /best scores 0.92/],
  [{ minScore: Number.NaN }, 'BUDGET_INVALID', /minScore is NaN/],
  [{ cost: 0.5, latencyMs: 3 }, 'BUDGET_INVALID', /has cost and latencyMs, and one of them is kept/],
  [{ cost: 0.5, minScore: 0.9 }, 'BUDGET_INVALID', /has cost and minScore/],
])('refuses %j with %s, saying what would fit', (budget, code, message) => {
  const pick = () => pointForBudget(points, budget, { latencyOf });
  expect(pick).toThrow(message);
  expect(pick).toThrow(expect.objectContaining({ code }) as Error);
});
