import type { ParameterValues, TrainingEngine } from '@length-adaptive/core/training';
import type { Parameter } from '@length-adaptive/models/engine';
import { checkParameters } from '@length-adaptive/models/engine';
import { OnnxError } from '../errors.js';
import type { OnnxRuntime, RuntimeTensor } from '../runtime.js';
import { float } from './pass-feeds.js';

/** The weights that an engine trains, in host memory. */
export interface TrainedWeights extends Pick<TrainingEngine<unknown>, 'readWeights' | 'writeWeights'> {
  /** The weights among these names, as inputs of a graph. */
  feeds(ort: OnnxRuntime, names: readonly string[]): Record<string, RuntimeTensor>;
  /** Shapes of the variables. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

const checkSize = (name: string, values: Float32Array | undefined, shape: readonly number[]): void => {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (values?.length !== size) {
    throw new OnnxError(
      'OPTION_INVALID',
      `"${name}" has ${values?.length ?? 'no'} values in the state; this model needs ${size}.`,
    );
  }
};

/** Copies the values of parameters. @throws ModelError `DISPOSED` */
export const copyWeights = async (parameters: readonly Parameter[]): Promise<TrainedWeights> => {
  checkParameters(parameters);
  const shapes = new Map<string, readonly number[]>(
    parameters.map(({ spec, variable }) => [spec.name, variable.shape]),
  );
  let weights: ParameterValues = new Map();
  for (const { spec, variable } of parameters)
    weights.set(spec.name, ((await variable.data()) as Float32Array).slice());
  return {
    shapes,
    readWeights: () => Promise.resolve(weights),
    writeWeights: (given) => {
      for (const [name, shape] of shapes) checkSize(name, given.get(name), shape);
      weights = given;
    },
    feeds: (ort, names) =>
      Object.fromEntries(
        names.flatMap((name) => {
          const [values, shape] = [weights.get(name), shapes.get(name)];
          return values && shape ? [[name, float(ort, values, shape)]] : [];
        }),
      ),
  };
};
