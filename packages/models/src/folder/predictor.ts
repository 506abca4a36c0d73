import type { Reducer } from '@length-adaptive/core/encoder';
import { predictorOf, reducerKey } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import { namedRecord } from './named-record.js';

/** What a model's reducer has learned, beside its weights. */
export const predictorFileName = 'reducer.safetensors';

/** Whether a folder names a reducer that learns, and so has its weights in a file of their own. */
export const savesPredictor = (file: Pick<LengthAdaptiveFile, 'reducer'> | undefined): boolean => {
  if (file?.reducer === undefined) return false;
  try {
    return predictorOf(namedRecord(file.reducer)) !== undefined;
  } catch {
    return false; // settings that the reducer refuses: whoever chooses it says so
  }
};

/**
 * Refuses the reducer that a folder names where what it has learned is not there.
 *
 * @throws ModelError `FILE_NOT_FOUND`
 */
export const checkPredictor = (
  reducer: Reducer,
  file: Pick<LengthAdaptiveFile, 'reducer'> | undefined,
  predictor: ReadonlyMap<string, unknown> | undefined,
): void => {
  if (!reducer.predictor || predictor || !file?.reducer) return;
  if (reducerKey(namedRecord(file.reducer)) !== reducerKey(reducer)) return;
  throw new ModelError(
    'FILE_NOT_FOUND',
    `The model ranks its tokens by what the reducer "${reducer.name}" has learned, and there is no ${predictorFileName} beside its weights. Copy that file too, or choose another reducer (on the command line --reducer attention).`,
  );
};
