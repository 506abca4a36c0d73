import type { LengthConfig } from '@length-adaptive/core';
import { lengthsOf, pointKey, validateLengthConfig } from '@length-adaptive/core';
import type { ParetoPoint } from '@length-adaptive/models';
import { ServerError, messageOf } from '../errors.js';
import type { RequestBudget } from '../request.js';

/** A configuration that a request may run at. */
export interface Choice {
  readonly lengthConfig: LengthConfig;
  /** Share of the full MACs on the examples of the search; undefined for a configuration of the caller's own. */
  readonly cost: number | undefined;
  /** Score in the search; undefined where there was none. */
  readonly score: number | undefined;
  /** Where it stands in the Pareto set, counted from the cheapest. */
  readonly index: number;
}

/** What of a Pareto set a budget allows. */
export interface Choices {
  /** Cheapest first; at least one. */
  readonly allowed: readonly Choice[];
  /** Whether load may take a cheaper one than the best. */
  readonly flexible: boolean;
}

const slack = 1e-9;

const toChoice = ({ point, cost, score }: ParetoPoint, index: number, layers: number): Choice => ({
  lengthConfig: lengthsOf(point, layers),
  cost,
  score: Number.isFinite(score) ? score : undefined,
  index,
});

/** A choice as an answer names it. */
const nameChoice = ({ lengthConfig, cost, score }: Choice): Readonly<Record<string, unknown>> => ({
  length_config: lengthConfig.join(','),
  ...(cost !== undefined && { cost }),
  ...(score !== undefined && { score }),
});

/** @throws ServerError `BUDGET_INFEASIBLE`, whose `nearest` is what comes closest */
export const infeasible = (
  message: string,
  nearest: Choice | undefined,
  more: Readonly<Record<string, unknown>> = {},
): never => {
  throw new ServerError('BUDGET_INFEASIBLE', message, {
    details: nearest ? { nearest: { ...nameChoice(nearest), ...more } } : {},
  });
};

const exactly = (paretoSet: readonly ParetoPoint[], lengthConfig: LengthConfig, layers: number): Choices => {
  try {
    validateLengthConfig(lengthConfig, layers);
  } catch (error) {
    throw new ServerError('LENGTH_CONFIG_INVALID', messageOf(error), { cause: error });
  }
  const index = paretoSet.findIndex(({ point }) => pointKey(point) === pointKey({ lengths: lengthConfig }));
  const known = paretoSet[index];
  return {
    allowed: [
      known
        ? toChoice(known, index, layers)
        : { lengthConfig, cost: undefined, score: undefined, index: paretoSet.length },
    ],
    flexible: false,
  };
};

/**
 * The configurations that cost and score bounds allow; how long they take is not looked at here.
 *
 * @param paretoSet cheapest first, at least one point
 * @throws ServerError `BUDGET_INFEASIBLE`, `LENGTH_CONFIG_INVALID`
 */
export const choicesFor = (
  paretoSet: readonly ParetoPoint[],
  { cost, minScore, lengthConfig }: RequestBudget,
  layers: number,
): Choices => {
  if (lengthConfig) return exactly(paretoSet, lengthConfig, layers);
  const all = paretoSet.map((point, index) => toChoice(point, index, layers));
  const enough =
    minScore === undefined ? all : all.filter(({ score }) => score !== undefined && score >= minScore - slack);
  const [cheapest] = enough;
  if (!cheapest) {
    const best = all.at(-1);
    const known =
      best?.score === undefined
        ? 'this model was never searched, so no score of it is known'
        : `the best configuration scores ${best.score}`;
    return infeasible(`min_score is ${minScore}, and ${known}.`, best);
  }
  const allowed =
    cost === undefined ? enough : enough.filter((choice) => choice.cost !== undefined && choice.cost <= cost + slack);
  if (allowed.length > 0) return { allowed, flexible: true };
  const with_ = minScore === undefined ? '' : ` with a score of at least ${minScore}`;
  return infeasible(
    `budget_cost is ${cost}, and the cheapest configuration${with_} costs ${cheapest.cost?.toFixed(3)} of the full length.`,
    cheapest,
  );
};
