import type { OperatingPoint } from '@length-adaptive/core';
import {
  leavesLayersOut,
  namedReducerOf,
  pointKey,
  ranksKey,
  validateOperatingPoint,
} from '@length-adaptive/core/lengths';
import type { NearestPoint, ParetoPoint } from '@length-adaptive/models';
import { pointText, pointsWithin } from '@length-adaptive/models/predict';
import { ServerError, messageOf } from '../errors.js';
import type { RequestBudget } from '../request.js';

/** An operating point that a request may run at. */
export interface Choice {
  readonly point: OperatingPoint;
  /** Share of the full MACs on the examples of the search; undefined for a point of the caller's own. */
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
  /** At most this share of the full length's MACs for each text: kept where its tokens are known. Undefined: no such bound. */
  readonly cost?: number | undefined;
}

const toChoice = ({ point, cost, score }: ParetoPoint, index: number): Choice => ({
  point,
  cost,
  score: Number.isFinite(score) ? score : undefined,
  index,
});

/** A choice as an answer names it. */
const nameChoice = ({ point, cost, score }: Choice): Readonly<Record<string, unknown>> => ({
  length_config: pointText(point),
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

/** The details of a `BUDGET_INFEASIBLE` whose nearest point costs a text so much. */
export const nearestDetails = (
  choices: readonly Choice[],
  { point, cost }: NearestPoint,
): Readonly<Record<string, unknown>> => {
  const known = choices.find((choice) => pointKey(choice.point) === pointKey(point));
  return { nearest: nameChoice({ point, cost, score: known?.score, index: known?.index ?? -1 }) };
};

const exactly = (paretoSet: readonly ParetoPoint[], point: OperatingPoint, layers: number): Choices => {
  try {
    validateOperatingPoint(point, layers);
  } catch (error) {
    throw new ServerError('LENGTH_CONFIG_INVALID', messageOf(error), { cause: error });
  }
  const { ranks, bits } = point;
  const hasRanks = (found: OperatingPoint): boolean =>
    ranks === undefined || (found.ranks !== undefined && ranksKey(found.ranks) === ranksKey(ranks));
  if (ranks && !paretoSet.some((found) => hasRanks(found.point)))
    throw new ServerError(
      'LENGTH_CONFIG_INVALID',
      `The ranks ${ranksKey(ranks)} are of no configuration of this model; a server runs those of its Pareto set alone, for each takes memory of its own.`,
    );
  if (bits !== undefined && !paretoSet.some((found) => found.point.bits === bits && hasRanks(found.point)))
    throw new ServerError(
      'LENGTH_CONFIG_INVALID',
      `The configuration has ${bits} bits, and no configuration of this model does${ranks ? ' with its ranks' : ''}; a server runs those of its Pareto set alone, for each takes memory of its own. Leave bits out, or search the model with them (lat search --spend lengths,bits).`,
    );
  if (leavesLayersOut(point) && !paretoSet.some((found) => leavesLayersOut(found.point)))
    throw new ServerError(
      'LENGTH_CONFIG_INVALID',
      'The configuration leaves layers out, and no configuration of this model does; search it with such ones (lat search --spend lengths,depth), or leave skip out.',
    );
  const named = namedReducerOf(point);
  if (named !== undefined && !paretoSet.some((found) => found.point.reducer === named))
    throw new ServerError(
      'LENGTH_CONFIG_INVALID',
      `The configuration names the reducer ${named}, and no configuration of this model does; a server runs those of its Pareto set alone, for each takes memory of its own.`,
    );
  const index = paretoSet.findIndex((found) => pointKey(found.point) === pointKey(point));
  const known = paretoSet[index];
  return {
    allowed: [known ? toChoice(known, index) : { point, cost: undefined, score: undefined, index: paretoSet.length }],
    flexible: false,
  };
};

/**
 * The points that the score bound allows, with the bound on cost that each text has to keep among them. What a point costs depends on the
 * tokens of a text, which a thread counts; neither that nor how long it takes is looked at here.
 *
 * @param paretoSet cheapest first, at least one point
 * @throws ServerError `BUDGET_INFEASIBLE`, `LENGTH_CONFIG_INVALID`
 */
export const choicesFor = (
  paretoSet: readonly ParetoPoint[],
  { cost, minScore, point }: RequestBudget,
  layers: number,
): Choices => {
  if (point) return exactly(paretoSet, point, layers);
  const all = paretoSet.map(toChoice);
  const allowed = pointsWithin(all, { minScore });
  if (allowed.length === 0) {
    const best = all.at(-1);
    const known =
      best?.score === undefined
        ? 'this model was never searched, so no score of it is known'
        : `the best configuration scores ${best.score}`;
    return infeasible(`min_score is ${minScore}, and ${known}.`, best);
  }
  return { allowed, flexible: true, cost };
};
