import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { Task } from '../tasks/task.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

export interface EncodeExamplesOptions {
  /** Longest input in tokens; longer ones are cut, of a pair the longer text first. Default: what is usual for the task, 128. */
  readonly maxLength?: number;
}

/**
 * Examples as token ids and targets.
 *
 * @throws ModelError `DATA_INVALID` for an example without a label, `TEXT_EMPTY`, `LABEL_UNKNOWN`: the message names the example; `OPTION_INVALID` for
 * a task on tokens
 */
export const encodeExamples = (
  tokenizer: Tokenizer,
  task: Task,
  examples: readonly Example[],
  options: EncodeExamplesOptions = {},
): LabelledInput[] => {
  if (task.data === 'texts') return task.encode(tokenizer, examples, options);
  throw new ModelError(
    'OPTION_INVALID',
    `The task is ${task.name}, which does not read texts with labels: use encodeQuestions or encodeSentences.`,
  );
};
