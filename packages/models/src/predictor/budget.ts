import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';

/** How strictly a budget is kept. */
interface BudgetMode {
  /** Where nothing keeps the budget: refuse the text (`BUDGET_INFEASIBLE`), or with `false` run what comes nearest, and say so (`overBudget`). Default true. */
  readonly strict?: boolean | undefined;
}

/** What a caller may spend. */
export type Budget = BudgetMode &
  /**
   * At most this share of the full model's MACs, in (0, 1], at the text's own tokens. Tokens come whole and at least two stay, so
   * that nothing may be within it for a short text: it is then refused, with the `nearest` that can be had.
   */
  (
    | { readonly cost: number }
    /** At most this many milliseconds for one text on this machine, as predicted from measurements on it. */
    | { readonly latencyMs: number }
    /** The cheapest point whose searched score is at least this. */
    | { readonly minScore: number }
  );

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

/** The best of the points that have the least of something. */
const bestOfLeast = (
  points: readonly ParetoPoint[],
  of: (point: ParetoPoint) => number,
): { readonly least: number; readonly point: ParetoPoint | undefined } => {
  const least = Math.min(...points.map(of));
  return { least, point: best(points.filter((point) => of(point) === least)) };
};

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

const budgetNames: readonly string[] = ['cost', 'latencyMs', 'minScore'];

/** @throws ModelError `BUDGET_INVALID` for what is no budget at all, from callers without types, and for several in one: only one of them would be kept */
const checkIsBudget = (budget: unknown): void => {
  const expected = 'expected one of { cost: 0.5 }, { latencyMs: 20 }, { minScore: 0.9 }';
  if (typeof budget !== 'object' || budget === null)
    invalid(`The budget is ${JSON.stringify(budget) ?? String(budget)}; ${expected}.`);
  const names = Object.keys(budget as object);
  if (!names.some((name) => budgetNames.includes(name)))
    invalid(
      `The budget has ${names.length > 0 ? names.map((name) => `"${name}"`).join(', ') : 'nothing in it'}; ${expected}.`,
    );
  const bounds = Object.entries(budget as object).filter(
    ([name, value]) => budgetNames.includes(name) && value !== undefined,
  );
  if (bounds.length > 1)
    invalid(`The budget has ${bounds.map(([name]) => name).join(' and ')}, and one of them is kept; ${expected}.`);
};

/** @throws ModelError `BUDGET_INVALID` for a budget that is no positive number, or that bounds several things */
export const checkBudget = (budget: Budget): void => {
  checkIsBudget(budget);
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

/** What comes nearest to a budget that no point keeps. */
interface Nearest {
  readonly point: ParetoPoint | undefined;
  /** Share of MACs that the point spends, where the budget is one of cost. */
  readonly cost?: number;
  /** Why no point fits, and what would. */
  readonly message: string;
}

const nearestTo = (points: readonly ParetoPoint[], budget: Budget, { costOf, latencyOf }: PointMeasures): Nearest => {
  if ('cost' in budget) {
    const { least, point } = bestOfLeast(points, (found) => costOf?.(found.point) ?? found.cost);
    const smallest = point ? roundedUp(least) : 'nothing';
    const here = costOf ? ' for this text' : '';
    return {
      point,
      cost: least,
      message: `No configuration costs ${budget.cost} or less of the full model${here}; the smallest costs ${smallest}.`,
    };
  }
  if ('latencyMs' in budget) {
    const { least, point } = bestOfLeast(points, (found) => latencyOf?.(found.point) ?? Number.NaN);
    return {
      point,
      message: `No configuration takes ${budget.latencyMs} ms or less here; the fastest is predicted to take ${least.toFixed(1)} ms.`,
    };
  }
  const point = best(points);
  return {
    point,
    message: `No configuration scores ${budget.minScore} or more; the best scores ${point?.score ?? 'nothing'}.`,
  };
};

/** What a budget comes to. */
export interface BudgetChoice {
  readonly point: ParetoPoint;
  /** Nothing keeps the budget: this comes nearest. */
  readonly overBudget: boolean;
}

/**
 * What of a Pareto set runs for a budget: the best score that fits, or the least cost that scores enough; with `strict: false` what comes nearest where
 * nothing fits: the cheapest, the fastest, or the best.
 *
 * @param points at least one
 * @param measures of the text: with `costOf` a budget of cost is kept at its tokens; `latencyOf` is needed for a latency budget
 * @throws ModelError `BUDGET_INVALID` when the budget is no positive number; `BUDGET_INFEASIBLE` when nothing fits: the message says what
 * would, and for a budget of cost `nearest` is the smallest share that can be had
 */
export const choiceForBudget = (
  points: readonly ParetoPoint[],
  budget: Budget,
  measures: PointMeasures = {},
): BudgetChoice => {
  checkBudget(budget);
  const chosen =
    'minScore' in budget
      ? cheapest(pointsWithin(points, { minScore: budget.minScore }))
      : best(pointsWithin(points, budget, measures));
  if (chosen) return { point: chosen, overBudget: false };
  const { point, cost, message } = nearestTo(points, budget, measures);
  if (point && budget.strict === false) return { point, overBudget: true };
  throw new ModelError('BUDGET_INFEASIBLE', message, {
    nearest: point && cost !== undefined ? { point: point.point, cost } : undefined,
  });
};

/** The point of a Pareto set for a budget, as {@link choiceForBudget}. @throws ModelError `BUDGET_INVALID`, `BUDGET_INFEASIBLE` */
export const pointForBudget = (
  points: readonly ParetoPoint[],
  budget: Budget,
  measures: PointMeasures = {},
): ParetoPoint => choiceForBudget(points, budget, measures).point;
