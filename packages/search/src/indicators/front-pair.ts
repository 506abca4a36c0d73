import { axesOf, type Directions, type Objectives } from '../dominance.js';
import { SearchError } from '../errors.js';
import { finiteRows } from './rows.js';

/** What was found beside what should have been found: rows of minimised objectives. */
export interface FrontPair {
  readonly found: Float64Array;
  readonly wanted: Float64Array;
  readonly objectives: number;
}

/** @throws SearchError `INVALID_OBJECTIVES` or `INVALID_OPTION` for values that are not finite, `INVALID_OPTION` for an empty reference front */
export const frontPair = <Name extends string>(
  points: readonly Objectives<Name>[],
  referenceFront: readonly Objectives<Name>[],
  directions: Directions<Name>,
): FrontPair => {
  if (referenceFront.length === 0) {
    throw new SearchError(
      'INVALID_OPTION',
      'the reference front is empty: expected points to measure distances to, such as trueFront(1000) of a benchmark problem.',
    );
  }
  const axes = axesOf(directions);
  return {
    found: finiteRows(points, axes, { what: 'a point' }),
    wanted: finiteRows(referenceFront, axes, { what: 'the reference front', code: 'INVALID_OPTION' }),
    objectives: axes.length,
  };
};
