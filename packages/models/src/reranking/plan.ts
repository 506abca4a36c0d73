import { isFullPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import { pointForBudget } from '../predictor/budget.js';
import type { RankingPlans } from './ranking-plans.js';
import type { Cascade, MeasuredCascade, RerankOptions } from './reranking.js';

/** What runs: all documents at a point, then as many of the best as are kept at the full length. */
export type Plan = Cascade;

/** What a plan is chosen from, and by. */
export interface PlanContext extends Pick<RankingPlans, 'full' | 'points' | 'cascades'> {
  /** Share of the full length's MACs that a plan spends on these documents. */
  costOf(plan: Plan): number;
}

/** Milliseconds, for plans under a deadline. */
export interface PlanTimes {
  /** That are left. */
  readonly left: number;
  /** That a plan is expected to take. */
  expected(plan: Plan): number;
}

/** Of the time that is left, what the pass over all documents may take where no cascade was searched: the rest is for the best of them. */
const firstShare = 0.5;

const bestOf = (cascades: readonly MeasuredCascade[]): MeasuredCascade | undefined =>
  cascades.reduce<MeasuredCascade | undefined>(
    (top, found) => (top === undefined || found.fidelity > top.fidelity ? found : top),
    undefined,
  );

/** The plan for a share of the cost, or for a score. @throws ModelError `BUDGET_INFEASIBLE` */
const forBudget = (budget: NonNullable<RerankOptions['budget']>, context: PlanContext): Plan => {
  const { points, cascades, costOf } = context;
  if ('minScore' in budget && points.every(({ score }) => Number.isNaN(score)))
    throw new ModelError(
      'BUDGET_INFEASIBLE',
      'This model was never searched, so no score of it is known; search it first, or give a budget of cost.',
    );
  if ('cost' in budget) {
    const found = bestOf(cascades.filter((cascade) => costOf(cascade) <= budget.cost + 1e-9));
    if (found) return found;
  }
  const ranked = points.map(({ score, ...rest }) => ({ ...rest, score: Number.isNaN(score) ? rest.cost : score }));
  const { point } = pointForBudget(ranked, budget, { costOf: (at) => costOf({ point: at, keep: 0 }) });
  return { point, keep: 0 };
};

/**
 * What runs where time does not matter: what is asked for, else the full length.
 *
 * @throws ModelError `BUDGET_INFEASIBLE` when nothing keeps the budget
 */
export const choosePlan = ({ point, cascade, budget }: RerankOptions, context: PlanContext): Plan => {
  if (cascade) return cascade;
  if (budget) return forBudget(budget, context);
  return { point: point ?? context.full, keep: 0 };
};

/**
 * What runs within the time that is left: the full length where it fits; else the cascade of the highest fidelity that fits; else a pass over all
 * documents that leaves time for the best of them, at the dearest point that does, or at the cheapest there is. What `keep` says is the
 * least: the best go on being scored at the full length until the time is over.
 */
export const planWithin = ({ left, expected }: PlanTimes, { full, points, cascades, costOf }: PlanContext): Plan => {
  const whole: Plan = { point: full, keep: 0 };
  if (expected(whole) <= left) return whole;
  const searched = bestOf(cascades.filter((cascade) => expected(cascade) <= left));
  if (searched) return searched;
  const single = [...points, ...cascades].flatMap(({ point }) => (isFullPoint(point) ? [] : [{ point, keep: 0 }]));
  const costs = new Map(single.map((plan) => [plan, costOf(plan)])); // of all documents: reckoned once each
  const byCost = single.sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
  return byCost.filter((plan) => expected(plan) <= firstShare * left).at(-1) ?? byCost[0] ?? whole;
};
