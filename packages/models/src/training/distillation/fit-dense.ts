import type { DenseWeights, ParameterValues } from '@length-adaptive/core';
import { createRandom } from '@length-adaptive/core';
import type { Rank } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { fitDense } from '../../architectures/companions.js';
import type { Parameter } from '../../architectures/parameter.js';
import { loadParameters, saveParameters } from '../../architectures/parameters.js';
import type { TaskModel } from '../../model/task-model.js';

/** The one map from all states of a student to its teacher's width (Jiao et al. 2020, equation 8), trained with the student. */
export interface FitDense {
  /** [student's width, teacher's width] */
  readonly weights: DenseWeights;
  readonly parameters: readonly Parameter[];
}

/** The map that the student's checkpoint holds, if it has the right shape; else a new one. */
export const openFitDense = (student: TaskModel, teacherSize: number, seed: number): FitDense => {
  const specs = fitDense(student.dimensions, teacherSize);
  const fits = student.companions.get(specs.kernel.name)?.shape.join() === specs.kernel.shape.join();
  return loadParameters<DenseWeights>(specs, fits ? student.companions : new Map(), {
    prefix: '',
    random: createRandom(seed),
  });
};

/** Puts the map as an engine trained it among the student's tensors. */
export const keepFitDense = async (
  student: TaskModel,
  { parameters }: FitDense,
  values: ParameterValues,
): Promise<void> => {
  for (const { spec, variable } of parameters) {
    const trained = values.get(spec.name);
    if (trained) tf.tidy(() => variable.assign(tf.tensor<Rank>(trained.slice(), variable.shape, 'float32')));
  }
  for (const [name, tensor] of await saveParameters(parameters))
    student.companions.set(name, { ...tensor, data: tensor.data.slice() });
};
