import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { NearestPoint } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';

/** What a caller may spend. */
export type Budget =
  /**
   * At most this share of the full model's MACs, in (0, 1], at the text's own tokens. Tokens come whole and at least two stay, so
   * that nothing may be within it for a short text: it is then refused, with the `nearest` that can be had.
   */
  | { readonly cost: number }
  /** At most this many milliseconds for one text on this machine, as predicted from measurements on it. */
  | { readonly latencyMs: number }
  /** The cheapest point whose searched score is at least this. */
  | { readonly minScore: number };

/** Milliseconds that a point is predicted to take. */
export type LatencyOf = (point: OperatingPoint) => number;

/** Share of the full model's MACs that a point spends, in (0, 1]. */
export type CostOf = (point: OperatingPoint) => number;

/** What points are measured by for a text. */
export interface PointMeasures {
  /** At the tokens of the text. Default: the mean over the examples of the search, which bounds no single text. */
  readonly costOf?: CostOf | undefined;
  /** Needed where time is bounded. */
  readonly latencyOf?: LatencyOf | undefined;
}

const invalid = (message: string): never => {
  throw new ModelError('BUDGET_INVALID', message);
};

const infeasible = (message: string, nearest?: NearestPoint): never => {
  throw new ModelError('BUDGET_INFEASIBLE', message, { nearest });
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

/** A point with what is known of it. */
export interface BoundedPoint {
  readonly point: OperatingPoint;
  /** Share of the full model's MACs on the examples of the search. */
  readonly cost?: number | undefined;
  readonly score?: number | undefined;
}

/**
 * The points that keep all bounds, in their order: what every budget is resolved by. What is not known of a point keeps no bound.
 *
 * @param measures of the text; a bound on cost is kept at its tokens where they have `costOf`
 */
export const pointsWithin = <Point extends BoundedPoint>(
  points: readonly Point[],
  { cost = Infinity, latencyMs, minScore }: PointBounds,
  { costOf, latencyOf = () => Number.NaN }: PointMeasures = {},
): Point[] =>
  points.filter(
    (found) =>
      (cost === Infinity || (costOf?.(found.point) ?? found.cost ?? Number.NaN) <= cost + slack) &&
      (minScore === undefined || (found.score ?? Number.NaN) >= minScore - slack) &&
      (latencyMs === undefined || latencyOf(found.point) <= latencyMs),
  );

/** @throws ModelError `BUDGET_INVALID` for a budget that is no positive number */
export const checkBudget = (budget: Budget): void => {
  const check = (name: string, value: number, upper = Infinity): void => {
    if (value > 0 && value <= upper) return;
    const most = upper < Infinity ? ` and at most ${upper}` : '';
    invalid(`Budget ${name} is ${value}; expected a number above 0${most}.`);
  };
  if ('cost' in budget) check('cost', budget.cost, 1);
  else if ('latencyMs' in budget) check('latencyMs', budget.latencyMs);
  else if (!Number.isFinite(budget.minScore)) invalid(`Budget minScore is ${budget.minScore}; expected a number.`);
};

/** Three digits, never less than the number: whoever asks for that much gets it. */
const roundedUp = (share: number): string => (Math.ceil(share * 1000) / 1000).toFixed(3);

/** @throws ModelError `BUDGET_INFEASIBLE` that says why no point fits, and what would */
const nothingFits = (points: readonly ParetoPoint[], budget: Budget, { costOf, latencyOf }: PointMeasures): never => {
  if ('cost' in budget) {
    const shareOf = ({ point, cost }: ParetoPoint): number => costOf?.(point) ?? cost;
    const cost = least(points, shareOf);
    const closest = best(pointsWithin(points, { cost }, { costOf })); // of those that cost the least
    const nearest = closest && { point: closest.point, cost: shareOf(closest) };
    const smallest = nearest ? roundedUp(nearest.cost) : 'nothing';
    const here = costOf ? ' for this text' : '';
    return infeasible(
      `No configuration costs ${budget.cost} or less of the full model${here}; the smallest costs ${smallest}.`,
      nearest,
    );
  }
  if ('latencyMs' in budget) {
    const fastest = least(points, ({ point }) => latencyOf?.(point) ?? Number.NaN).toFixed(1);
    return infeasible(
      `No configuration takes ${budget.latencyMs} ms or less here; the fastest is predicted to take ${fastest} ms.`,
    );
  }
  return infeasible(
    `No configuration scores ${budget.minScore} or more; the best scores ${best(points)?.score ?? 'nothing'}.`,
  );
};

/**
 * Picks the point of a Pareto set for a budget: the best score that fits, or the least cost that scores enough.
 *
 * @param points at least one
 * @param measures of the text: with `costOf` a budget of cost is kept at its tokens; `latencyOf` is needed for a latency budget
 * @throws ModelError `BUDGET_INVALID` when the budget is no positive number; `BUDGET_INFEASIBLE` when nothing fits: the message says what
 * would, and for a budget of cost `nearest` is the smallest share that can be had
 */
export const pointForBudget = (
  points: readonly ParetoPoint[],
  budget: Budget,
  measures: PointMeasures = {},
): ParetoPoint => {
  checkBudget(budget);
  if ('cost' in budget || 'latencyMs' in budget) {
    const bounds = 'cost' in budget ? { cost: budget.cost } : { latencyMs: budget.latencyMs };
    return best(pointsWithin(points, bounds, measures)) ?? nothingFits(points, budget, measures);
  }
  return cheapest(pointsWithin(points, { minScore: budget.minScore })) ?? nothingFits(points, budget, measures);
};
