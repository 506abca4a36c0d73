import { ModelError } from '../../errors.js';
import type { RunnableModel } from '../../model/runnable-model.js';
import type { TaskModel } from '../../model/task-model.js';
import type { AdaptationLoss, AdaptationWeights } from '../../tasks/adaptation-loss.js';
import { checkAnswers, checkVocabulary } from './check-teacher.js';

/** From the frozen original's answers at full length, in every pass: checked and ready for an engine. */
export interface AdaptationPlan extends AdaptationWeights {
  readonly method: 'adaptation';
  readonly student: TaskModel;
  /** The original, which stays as it is. */
  readonly teacher: RunnableModel;
  readonly loss: AdaptationLoss;
}

export interface AdaptationOptions {
  /**
   * Weight of the order of what is compared, beside the nearness of each answer: of embeddings the similarities within a batch (default 0.3),
   * of a reranker the documents of a query (default 1).
   */
  readonly comparison?: number | undefined;
  /** Divides similarities (default 0.05) or scores (default 1) before their softmax. */
  readonly temperature?: number | undefined;
}

const expectNumber = (name: string, value: number, valid: boolean, expected: string): void => {
  if (!valid) throw new ModelError('OPTION_INVALID', `${name} is ${value}; expected ${expected}.`);
};

/**
 * Checks that a model can be adapted to fewer tokens by its original, and settles how.
 *
 * @param teacher the original checkpoint, on any engine
 * @throws ModelError `OPTION_INVALID`, also for a task that has nothing to learn by without labels; `TEACHER_MISMATCH` where vocabularies, tasks or
 * widths differ; `TENSOR_MISSING` for an original whose head was never trained
 */
export const planAdaptation = (
  student: TaskModel,
  teacher: RunnableModel,
  options: AdaptationOptions = {},
): AdaptationPlan => {
  const { name, adaptation: loss, readout } = student.task;
  if (!loss)
    throw new ModelError(
      'OPTION_INVALID',
      `The model does ${name}, which is adapted by its labels: train it with LengthDrop (lat train, lat distill). Without labels embedding models and rerankers are adapted.`,
    );
  checkVocabulary(student, teacher);
  checkAnswers(student, teacher);
  if (readout.outputs !== teacher.task.readout.outputs)
    throw new ModelError(
      'TEACHER_MISMATCH',
      `Vectors of the model have ${readout.outputs} numbers and those of the original ${teacher.task.readout.outputs}: they cannot lie in one index. Adapt a copy of the original.`,
    );
  const { comparison = loss.usual.comparison, temperature = loss.usual.temperature } = options;
  expectNumber('comparison', comparison, comparison >= 0, 'a number of at least 0');
  expectNumber('temperature', temperature, temperature > 0, 'a number above 0');
  return { method: 'adaptation', student, teacher, loss, comparison, temperature };
};
