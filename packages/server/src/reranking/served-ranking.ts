import type { LengthAdaptiveFile } from '@length-adaptive/models';
import { makeTask, rankingPlans } from '@length-adaptive/models/predict';
import type { ModelFacts } from '../pool/thread-messages.js';
import type { RequestBudget } from '../request.js';
import type { ServedRanking } from '../service.js';
import type { MacsOf } from '../work/job.js';
import type { TokenEstimate } from '../work/token-estimate.js';

/** What rankings are planned with, beside what is known of the model. */
export interface RankingContext {
  /** What the model's files say of it. */
  readonly file: LengthAdaptiveFile | undefined;
  readonly defaultBudget: RequestBudget;
  readonly macs: MacsOf;
  readonly estimate: TokenEstimate;
}

/**
 * What the rankings of a model are planned by; undefined for one that does not say by one number how relevant a text is.
 *
 * @throws ModelError `FILE_INVALID` for cascades that are none
 */
export const servedRanking = (
  { task, labels, dimensions, paretoSet, builtIn }: ModelFacts,
  { file, defaultBudget, macs, estimate }: RankingContext,
): ServedRanking | undefined => {
  const { layers, positions } = dimensions;
  if (makeTask(task).answers !== 'label' || labels.length > 1) return undefined;
  const searched = paretoSet.filter(({ score }) => !Number.isNaN(score)); // else the full length stands alone in it
  return {
    plans: rankingPlans({
      ...{ layers, file, searched, builtIn },
      runs: ({ bits }) => bits === undefined || searched.some(({ point }) => point.bits === bits),
      shareAt: (point) => macs(positions, point) / macs(positions, {}),
    }),
    budget: defaultBudget,
    macs,
    tokens: estimate.tokens,
  };
};
