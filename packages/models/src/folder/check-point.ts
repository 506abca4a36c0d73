import type { NamedReducer, Reducer } from '@length-adaptive/core/encoder';
import { findReducer } from '@length-adaptive/core/encoder';
import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { namedReducerOf, validateOperatingPoint } from '@length-adaptive/core/lengths';
import { ModelError } from '../errors.js';
import type { Task } from '../tasks/task.js';
import type { BitsModel } from './bits.js';
import { checkBits, withoutOwnBits } from './bits.js';
import type { RankedModel } from './low-rank.js';
import { checkRanks } from './low-rank.js';
import { checkReducerFor } from './ranking.js';

/** What of a model says which reducers it runs. */
export interface ReducingModel {
  readonly reducer: NamedReducer;
  readonly task: Pick<Task, 'name' | 'distribution'>;
}

/**
 * The reducer of a name, for points of a model that has another.
 *
 * @throws CoreError `REDUCER_UNKNOWN`; ModelError `OPTION_INVALID` for one that the task cannot take, or that learns weights, which the model does not have
 */
const otherReducer = (name: string, { task }: ReducingModel): Reducer => {
  const found = findReducer(name);
  checkReducerFor(task, found);
  if (!found.predictor) return found;
  throw new ModelError(
    'OPTION_INVALID',
    `The reducer ${name} learns weights of its own, and the model was not trained with it: a point cannot name it. Train the model with it (lat train --reducer ${name}), or name another.`,
  );
};

/**
 * The reducer that a point names, where that is another than the model's own and there is anything to decide.
 *
 * @returns undefined where the model's own decides
 * @throws as `checkPoint` does
 */
export const pointReducer = (point: OperatingPoint, model: ReducingModel): Reducer | undefined => {
  const { reducer: name } = point;
  if (name === undefined || name === model.reducer.name) return undefined;
  const found = otherReducer(name, model); // also where it decides nothing: a name that is none is wrong anyway
  return namedReducerOf(point) === undefined ? undefined : found;
};

/**
 * Checks that a model can run a point, and returns it; without a reducer and bits that are the model's own.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`, also for ranks and bits that the model does not have, `REDUCER_UNKNOWN`; ModelError
 * `OPTION_INVALID` for a reducer that the task cannot take, or that learns weights
 */
export const checkPoint = (point: OperatingPoint, model: RankedModel & ReducingModel & BitsModel): OperatingPoint => {
  checkRanks(validateOperatingPoint(point, model.dimensions.layers), model);
  pointReducer(point, model);
  checkBits(point, model);
  return withoutOwnReducer(withoutOwnBits(point, model), model);
};

/** A point without a reducer that is the model's own. */
export const withoutOwnReducer = (
  { reducer, ...point }: OperatingPoint,
  { reducer: own }: Pick<ReducingModel, 'reducer'>,
): OperatingPoint => (reducer === undefined || reducer === own.name ? point : { ...point, reducer });
