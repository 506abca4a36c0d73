import type { OperatingPoint } from '@length-adaptive/core';
import { isFullPoint, pointKey } from '@length-adaptive/core/lengths';
import type { ModelStatus } from '../service.js';

/** What of a model tells the score of an operating point. */
export type ScoredModel = Pick<ModelStatus, 'paretoSet' | 'scoreScale'>;

/** Scores of an operating point; undefined where none was measured. */
export interface Scores {
  readonly score: number | undefined;
  readonly heldOutScore: number | undefined;
}

const known = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);

/**
 * The scores of a point of the Pareto set, or of the full length, which was measured too.
 *
 * @param expected its score in the search, where that is known already
 */
export const scoresOf = (
  point: OperatingPoint,
  expected: number | undefined,
  { paretoSet, scoreScale }: ScoredModel,
): Scores => {
  const own = paretoSet.find((found) => pointKey(found.point) === pointKey(point));
  const full = isFullPoint(point) ? scoreScale?.full : undefined;
  return {
    score: known(expected) ?? known(own?.score) ?? known(full?.score),
    heldOutScore: known(own?.heldOutScore) ?? known(full?.heldOutScore),
  };
};
