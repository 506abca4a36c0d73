import { ModelError } from '../../errors.js';
import { isTaskModel } from '../../model/is-task-model.js';
import type { RunnableModel } from '../../model/runnable-model.js';
import type { TaskModel } from '../../model/task-model.js';
import type { Tokenizer } from '../../tokenizer/tokenizer.js';

type Model = Pick<RunnableModel, 'dimensions' | 'task'>;

/** Whether two tokenizers know the same tokens by the same ids. */
export const sameVocabulary = (a: Tokenizer, b: Tokenizer): boolean => {
  if (a.vocabularySize !== b.vocabularySize) return false;
  for (let id = 0; id < a.vocabularySize; id++) if (a.tokenOf(id) !== b.tokenOf(id)) return false;
  return true;
};

/** @throws ModelError `TEACHER_MISMATCH` */
export const checkVocabulary = ({ dimensions: { vocabulary } }: Model, { dimensions }: Model): void => {
  if (vocabulary === dimensions.vocabulary) return;
  throw new ModelError(
    'TEACHER_MISMATCH',
    `The student has a vocabulary of ${vocabulary} tokens and the teacher one of ${dimensions.vocabulary}: a text would be different tokens to them. ` +
      'Take a student of the same vocabulary, or make one with createStudent.',
  );
};

const headOf = ({ task: { name, labels } }: Model): string =>
  labels.length > 0 ? `${name} (${labels.join(', ')})` : name;

/**
 * Checks that a student can learn from a teacher's answers.
 *
 * @throws ModelError `TEACHER_MISMATCH`, `TENSOR_MISSING` for a teacher that was never fine-tuned
 */
export const checkAnswers = (student: TaskModel, teacher: RunnableModel): void => {
  if (headOf(student) !== headOf(teacher)) {
    throw new ModelError(
      'TEACHER_MISMATCH',
      `The student does ${headOf(student)} and the teacher ${headOf(teacher)}: their answers cannot be compared. Open the student with the teacher's task.`,
    );
  }
  if (!isTaskModel(teacher) || teacher.initialised.length === 0) return;
  throw new ModelError(
    'TENSOR_MISSING',
    `The teacher has no trained head (its checkpoint lacks ${teacher.initialised.join(', ')}), so it has no answers to learn from: ` +
      'fine-tune it first, or distil by intermediate or relations.',
  );
};

/**
 * The teacher as one that shows what its layers compute.
 *
 * @throws ModelError `OPTION_INVALID` for one on another engine
 */
export const withLayers = (teacher: RunnableModel, method: string): TaskModel => {
  if (isTaskModel(teacher)) return teacher;
  throw new ModelError(
    'OPTION_INVALID',
    `A teacher on ${teacher.engine} gives its answers alone, and ${method} distillation looks inside: open it with openModel.`,
  );
};
