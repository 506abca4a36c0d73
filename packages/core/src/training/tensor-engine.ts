import * as tf from '@tensorflow/tfjs';
import type { Variable } from '@tensorflow/tfjs';
import { CoreError } from '../errors.js';
import type { ParameterValues } from './optimizer.js';
import type { TrainableModel } from './sandwich.js';
import { sandwichStep } from './sandwich.js';
import type { TrainingEngine } from './training-engine.js';

/** Trains a model on TensorFlow.js, in place: its variables are the weights. */
export const tensorEngine = <Batch>(model: TrainableModel<Batch>): TrainingEngine<Batch> => ({
  readWeights: () => readVariables(model.variables),
  writeWeights: (weights) => writeVariables(model.variables, weights),
  step: (batch, sandwich, gradients, options) => sandwichStep(model, batch, sandwich, gradients, options),
});

const readVariables = async (variables: ReadonlyMap<string, Variable>): Promise<ParameterValues> => {
  const weights: ParameterValues = new Map();
  for (const [name, variable] of variables) weights.set(name, ((await variable.data()) as Float32Array).slice());
  return weights;
};

const writeVariables = (variables: ReadonlyMap<string, Variable>, weights: ParameterValues): void => {
  const checked = [...variables].map(([name, variable]) => {
    const values = weights.get(name);
    if (values?.length !== variable.size) {
      throw new CoreError(
        'STATE_INVALID',
        `"${name}" has ${values?.length ?? 'no'} values in the state; this model needs ${variable.size}.`,
      );
    }
    return { variable, values };
  });
  for (const { variable, values } of checked) {
    const fresh = tf.tensor(values, variable.shape, 'float32');
    variable.assign(fresh);
    fresh.dispose();
  }
};
