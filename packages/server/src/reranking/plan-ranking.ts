/** What a ranking runs, by the library's own planning over what the server knows beforehand: guessed tokens. */
import { isFullPoint } from '@length-adaptive/core/lengths';
import type { OperatingPoint } from '@length-adaptive/core';
import { choosePlan, ModelError, pointText } from '@length-adaptive/models/predict';
import type { Plan } from '@length-adaptive/models/predict';
import { ServerError } from '../errors.js';
import type { InferenceRequest } from '../request.js';
import type { ServedModel, ServedRanking } from '../service.js';

/** What is ranked: the texts of a request whose points the server chooses. */
export type RankRequest = Omit<InferenceRequest, 'partial' | 'rawScores'>;

/** What plans cost on the texts of a request, as a share of what the full length takes for all of them. */
export const costOfPlans = (
  { macs, tokens }: ServedRanking,
  { inputs, inWindows }: Pick<RankRequest, 'inputs' | 'inWindows'>,
): ((plan: Plan) => number) => {
  const counts = inputs.map((input) => tokens(input, inWindows));
  const macsAt = (point: OperatingPoint): number => counts.reduce((sum, count) => sum + macs(count, point), 0);
  const whole = macsAt({});
  return ({ point, keep }) => macsAt(point) / whole + Math.min(keep, counts.length) / counts.length;
};

/** The library's refusals, as the server's. */
const asServerError = <Value>(plan: () => Value): Value => {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const { code, message, nearest } = error;
    if (code !== 'BUDGET_INFEASIBLE') throw new ServerError('REQUEST_INVALID', message, { cause: error });
    const details = nearest && { nearest: { length_config: pointText(nearest.point), cost: nearest.cost } };
    throw new ServerError(code, message, { cause: error, ...(details && { details }) });
  }
};

/**
 * The plan for a request that is bounded in cost and in nothing else, its own or by default; undefined where one job of all texts keeps its budget: that of a
 * model with a Pareto set and without cascades is kept text by text, and its points move with the load.
 *
 * @throws ServerError `BUDGET_INFEASIBLE`, `REQUEST_INVALID`
 */
export const planForBudget = (
  { ranking }: Pick<ServedModel, 'ranking'>,
  request: Pick<RankRequest, 'inputs' | 'inWindows' | 'budget'>,
): { readonly plan: Plan; readonly full: OperatingPoint; readonly cost: number } | undefined => {
  if (!ranking) return undefined;
  const { plans, budget: usual } = ranking;
  const { cost, ...others } = Object.values(request.budget).some((bound) => bound !== undefined)
    ? request.budget
    : usual;
  if (cost === undefined || Object.values(others).some((bound) => bound !== undefined)) return undefined;
  const isSearched = plans.points.some(({ score }) => !Number.isNaN(score));
  if (plans.cascades.length === 0 && isSearched) return undefined;
  const costOf = costOfPlans(ranking, request);
  const plan = asServerError(() => choosePlan({ budget: { cost } }, { ...plans, costOf }));
  return isFullPoint(plan.point) ? undefined : { plan, full: plans.full, cost };
};
