import { predictorPrefix } from '../architectures/predictor-specs.js';
import { ModelError } from '../errors.js';

/**
 * Checks that a checkpoint has a head to answer with, and that its reducer has learned what it ranks tokens by.
 *
 * @param missing names of the tensors that it lacks
 * @throws ModelError `TENSOR_MISSING`
 */
export const checkTrained = (missing: readonly string[]): void => {
  if (missing.length === 0) return;
  if (missing.every((name) => name.startsWith(predictorPrefix)))
    throw new ModelError(
      'TENSOR_MISSING',
      `The reducer ranks tokens by what it has learned, and the model has nothing of it (it lacks ${missing[0]} and ${missing.length - 1} others): train the model with it first (lat train --reducer skim), or choose another reducer.`,
    );
  throw new ModelError(
    'TENSOR_MISSING',
    `The checkpoint has no head to answer with (it lacks ${missing.join(', ')}): fine-tune it first, with openModel and fineTune or lat train.`,
  );
};
