import type { Variable } from '@tensorflow/tfjs';
import { ModelError } from '../errors.js';
import type { ParameterSpec } from './parameter-specs.js';

/** A weight that trains: a variable of TensorFlow.js. */
export interface Parameter {
  readonly spec: ParameterSpec;
  readonly variable: Variable;
}

/** @throws ModelError `DISPOSED` when the model that they are of was disposed of */
export const checkParameters = (parameters: readonly Parameter[]): void => {
  if (parameters.some(({ variable }) => variable.isDisposed))
    throw new ModelError('DISPOSED', 'The model was disposed of; open another.');
};
