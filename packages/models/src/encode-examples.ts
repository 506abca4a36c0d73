import type { EncoderInput } from '@length-adaptive/core';
import type { LabelledInput } from './labelled-input.js';
import type { Example } from './datasets/dataset.js';
import { ModelError } from './errors.js';
import { isSequenceTask } from './tasks/sequence-task.js';
import type { Task } from './tasks/task.js';
import type { Tokenizer } from './tokenizer.js';

export interface EncodeExamplesOptions {
  /** Longest input in tokens; longer ones are cut, of a pair the longer text first. Default 128. */
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
  { maxLength = 128 }: EncodeExamplesOptions = {},
): LabelledInput[] => {
  if (!isSequenceTask(task)) throw new ModelError('OPTION_INVALID', `The task is ${task.name}, which does not read texts with labels: use encodeQuestions or encodeSentences.`);
  return examples.map(({ text, pair, label, id }, index) => {
    const name = `Example ${id ?? index + 1}`;
    if (label === undefined) throw new ModelError('DATA_INVALID', `${name} has no label; training and scoring need one.`);
    try {
      const { ids, typeIds } = tokenizer.encode(text, pair, { maxLength });
      const input: EncoderInput = { ids, typeIds };
      return { input, target: task.target(label) };
    } catch (error) {
      if (error instanceof ModelError) throw new ModelError(error.code, `${name}: ${error.message}`, { cause: error });
      throw error;
    }
  });
};

/** The labels that examples carry, sorted; numbers in numeric order. */
export const labelsOf = (examples: readonly Example[]): string[] => {
  const labels = [...new Set(examples.flatMap(({ label }) => (label === undefined ? [] : [String(label)])))];
  return labels.sort((a, b) => (Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? (a < b ? -1 : 1) : Number(a) - Number(b)));
};
