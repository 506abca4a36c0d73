import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';

/** What a caller may spend. */
export type Budget =
  /**
   * At most this share of the full model's MACs, in (0, 1], on average over the examples of the search. A single short text
   * may cost more, because tokens come whole and at least two stay; `Prediction.cost` says what it did cost.
   */
  | { readonly cost: number }
  /** At most this many milliseconds for one text on this machine, as predicted from measurements on it. */
  | { readonly latencyMs: number }
  /** The cheapest point whose searched score is at least this. */
  | { readonly minScore: number };

/** Milliseconds that a point is predicted to take. */
export type LatencyOf = (point: OperatingPoint) => number;

const fail = (message: string): never => {
  throw new ModelError('BUDGET_INVALID', message);
};

const best = (points: readonly ParetoPoint[]): ParetoPoint | undefined =>
  points.reduce<ParetoPoint | undefined>(
    (top, point) => (top === undefined || point.score > top.score ? point : top),
    undefined,
  );

const cheapest = (points: readonly ParetoPoint[]): ParetoPoint | undefined =>
  points.reduce<ParetoPoint | undefined>(
    (low, point) => (low === undefined || point.cost < low.cost ? point : low),
    undefined,
  );

const least = (points: readonly ParetoPoint[], of: (point: ParetoPoint) => number): number =>
  Math.min(...points.map(of));

/** Bounds that a point may have to keep, all of them; those that are absent bound nothing. */
export interface PointBounds {
  /** At most this share of the full model's MACs. */
  readonly cost?: number | undefined;
  /** At most this many milliseconds, as predicted. */
  readonly latencyMs?: number | undefined;
  /** At least this score; a point whose score is not known has none. */
  readonly minScore?: number | undefined;
}

/** Slack for bounds that are a point's own numbers, as they were printed. */
const slack = 1e-9;

/**
 * The points that keep all bounds, in their order: what every budget is resolved by.
 *
 * @param latencyOf needed where time is bounded
 */
export const pointsWithin = (
  points: readonly ParetoPoint[],
  { cost = Infinity, latencyMs, minScore }: PointBounds,
  latencyOf: LatencyOf = () => Number.NaN,
): ParetoPoint[] =>
  points.filter(
    (found) =>
      found.cost <= cost + slack &&
      (minScore === undefined || found.score >= minScore - slack) &&
      (latencyMs === undefined || latencyOf(found.point) <= latencyMs),
  );

/** @throws ModelError `BUDGET_INVALID` for a budget that is no positive number */
const checkBudget = (budget: Budget): void => {
  const check = (name: string, value: number, upper = Infinity): void => {
    if (value > 0 && value <= upper) return;
    const most = upper < Infinity ? ` and at most ${upper}` : '';
    fail(`Budget ${name} is ${value}; expected a number above 0${most}.`);
  };
  if ('cost' in budget) check('cost', budget.cost, 1);
  else if ('latencyMs' in budget) check('latencyMs', budget.latencyMs);
  else if (!Number.isFinite(budget.minScore)) fail(`Budget minScore is ${budget.minScore}; expected a number.`);
};

/** Why no point fits, and what would. */
const nothingFits = (points: readonly ParetoPoint[], budget: Budget, latencyOf?: LatencyOf): string => {
  if ('cost' in budget) {
    const smallest = least(points, ({ cost }) => cost).toFixed(3);
    return `No configuration costs ${budget.cost} or less of the full model; the smallest costs ${smallest}.`;
  }
  if ('latencyMs' in budget) {
    const fastest = least(points, ({ point }) => latencyOf?.(point) ?? Number.NaN).toFixed(1);
    return `No configuration takes ${budget.latencyMs} ms or less here; the fastest is predicted to take ${fastest} ms.`;
  }
  return `No configuration scores ${budget.minScore} or more; the best scores ${best(points)?.score ?? 'nothing'}.`;
};

/**
 * Picks the point of a Pareto set for a budget: the best score that fits, or the least cost that scores enough.
 *
 * @param points at least one
 * @param latencyOf needed for a latency budget only
 * @throws ModelError `BUDGET_INVALID` when the budget is no positive number, or nothing fits; the message says what would
 */
export const pointForBudget = (points: readonly ParetoPoint[], budget: Budget, latencyOf?: LatencyOf): ParetoPoint => {
  checkBudget(budget);
  if ('cost' in budget || 'latencyMs' in budget) {
    const bounds = 'cost' in budget ? { cost: budget.cost } : { latencyMs: budget.latencyMs };
    return best(pointsWithin(points, bounds, latencyOf)) ?? fail(nothingFits(points, budget, latencyOf));
  }
  return cheapest(pointsWithin(points, { minScore: budget.minScore })) ?? fail(nothingFits(points, budget));
};
