import { createRandom, shuffled, tensorEngine } from '@length-adaptive/core';
import { ModelError } from '../../errors.js';
import type { TaskModel } from '../../model/task-model.js';
import type { LabelledInput } from '../../tasks/labelled-input.js';
import type { FineTuneEngine } from '../fine-tune.js';
import { trainable } from '../fine-tune.js';
import type { GradInitOptions, GradInitResult } from './grad-init.js';
import { gradInit } from './grad-init.js';

export interface InitialiseOptions extends GradInitOptions {
  /** Default 32. */
  readonly batchSize?: number | undefined;
  /** Which examples meet in which iteration. Default 42. */
  readonly seed?: number | undefined;
  /** Engine of the passes, which holds the model's weights. Default: TensorFlow.js, on the model's own variables. */
  readonly engine?: FineTuneEngine | undefined;
}

/** Two batches of an iteration, half of the second from the first, drawn by the seed. */
const batchesOf =
  (examples: readonly LabelledInput[], batchSize: number, seed: number) =>
  (iteration: number): readonly [LabelledInput[], LabelledInput[]] => {
    const order = shuffled(examples, createRandom(seed, iteration));
    const half = Math.ceil(batchSize / 2);
    const step = order.slice(0, batchSize);
    const others = order.slice(batchSize, batchSize + half); // none where there are fewer examples than that
    return [step, [...step.slice(0, batchSize - others.length), ...others]];
  };

/**
 * Prepares a model that begins from nothing for its training: GradInit (Zhu et al. 2021) multiplies every block of its new weights by a factor that makes
 * the first step of training help as much as it can on its own examples. In place; `fineTune` or `distill` then trains as ever, and its checkpoints are as they are.
 * The same seed, examples and weights give the same factors.
 *
 * @throws ModelError `DATA_INVALID` without examples, `OPTION_INVALID` for a model that has trained weights, which factors would spoil, and for options;
 * CoreError `DIVERGED`, `ABORTED`
 * @example
 * const student = await createStudent(teacher, { shape: { layers: 2, hiddenSize: 128, heads: 2, intermediateSize: 512 } });
 * await initialiseModel(student, examples, { stepSize: 1e-3 });
 * await fineTune(student, { train: examples }, { learningRate: 1e-3 });
 */
export const initialiseModel = async (
  model: TaskModel,
  examples: readonly LabelledInput[],
  { batchSize = 32, seed = 42, engine, ...options }: InitialiseOptions = {},
): Promise<GradInitResult> => {
  if (examples.length === 0)
    throw new ModelError('DATA_INVALID', 'There are no examples to initialise the model with; expected at least one.');
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new ModelError('OPTION_INVALID', `batchSize is ${batchSize}; expected a whole number of at least 1.`);
  const fresh = new Set(model.initialised);
  const trained = model.parameters.find(({ spec }) => !fresh.has(spec.name));
  if (trained)
    throw new ModelError(
      'OPTION_INVALID',
      `GradInit is for models that begin from nothing, and "${trained.spec.name}" of this one has been trained or read from a file: factors would spoil it. Train it as it is, or begin anew: createStudent(teacher, { shape }), on the command line lat train --init gradinit.`,
    );
  const own = tensorEngine(trainable(model));
  const result = await gradInit(engine?.training ?? own, batchesOf(examples, batchSize, seed), options);
  if (engine) own.writeWeights(await engine.training.readWeights());
  return result;
};
