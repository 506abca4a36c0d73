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
  /** The cheapest configuration whose searched score is at least this. */
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

const least = (points: readonly ParetoPoint[], of: (point: ParetoPoint) => number): number =>
  Math.min(...points.map(of));

/**
 * Picks the configuration of a Pareto set for a budget: the best score that fits, or the least cost that scores enough.
 *
 * @param points at least one
 * @param latencyOf needed for a latency budget only
 * @throws ModelError `BUDGET_INVALID` when the budget is no positive number, or nothing fits; the message says what would
 */
export const pointForBudget = (points: readonly ParetoPoint[], budget: Budget, latencyOf?: LatencyOf): ParetoPoint => {
  const checked = (name: string, value: number, upper = Infinity): number =>
    value > 0 && value <= upper
      ? value
      : fail(
          `Budget ${name} is ${value}; expected a number above 0${upper < Infinity ? ` and at most ${upper}` : ''}.`,
        );

  if ('cost' in budget) {
    const limit = checked('cost', budget.cost, 1);
    return (
      best(points.filter(({ cost }) => cost <= limit + 1e-9)) ??
      fail(
        `No configuration costs ${limit} or less of the full model; the smallest costs ${least(points, ({ cost }) => cost).toFixed(3)}.`,
      )
    );
  }
  if ('latencyMs' in budget) {
    const limit = checked('latencyMs', budget.latencyMs);
    const latency = ({ point }: ParetoPoint): number => latencyOf?.(point) ?? Number.NaN;
    return (
      best(points.filter((point) => latency(point) <= limit)) ??
      fail(
        `No configuration takes ${limit} ms or less here; the fastest is predicted to take ${least(points, latency).toFixed(1)} ms.`,
      )
    );
  }
  if (!Number.isFinite(budget.minScore)) fail(`Budget minScore is ${budget.minScore}; expected a number.`);
  const enough = points.filter(({ score }) => score >= budget.minScore - 1e-9);
  const cheapest = enough.reduce<ParetoPoint | undefined>(
    (low, point) => (low === undefined || point.cost < low.cost ? point : low),
    undefined,
  );
  return (
    cheapest ??
    fail(`No configuration scores ${budget.minScore} or more; the best scores ${best(points)?.score ?? 'nothing'}.`)
  );
};
