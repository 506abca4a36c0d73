import { ModelError } from '../errors.js';

/**
 * Checks that a checkpoint has a head to answer with.
 *
 * @param missing names of the tensors that it lacks
 * @throws ModelError `TENSOR_MISSING`
 */
export const checkTrained = (missing: readonly string[]): void => {
  if (missing.length === 0) return;
  throw new ModelError(
    'TENSOR_MISSING',
    `The checkpoint has no head to answer with (it lacks ${missing.join(', ')}): fine-tune it first, with openModel and fineTune or lat train.`,
  );
};
