import type { EncoderInput } from '@length-adaptive/core';
import type { LabelledInput } from './labelled-input.js';
import type { Example } from './datasets/dataset.js';
import { ModelError } from './errors.js';
import { isMultiLabelTask } from './tasks/multi-label-classification.js';
import { isSequenceTask } from './tasks/sequence-task.js';
import type { Task } from './tasks/task.js';
import type { Tokenizer } from './tokenizer.js';

export interface EncodeExamplesOptions {
  /** Longest input in tokens; longer ones are cut, of a pair the longer text first. Default 128. */
  readonly maxLength?: number;
}

type TargetOf = (example: Example) => LabelledInput['target'];

/** How the labels of an example become the target of a task. @throws ModelError `OPTION_INVALID` for a task on tokens */
const targetsFor = (task: Task): TargetOf => {
  if (isMultiLabelTask(task)) return ({ label, labels = label === undefined ? [] : [String(label)] }) => task.target(labels);
  if (!isSequenceTask(task)) throw new ModelError('OPTION_INVALID', `The task is ${task.name}, which does not read texts with labels: use encodeQuestions or encodeSentences.`);
  return ({ label, labels }) => {
    if (label !== undefined) return task.target(label);
    throw new ModelError('DATA_INVALID', `a list of labels came (${JSON.stringify(labels)}), and ${task.name} takes one; several labels a text are multi-label-classification.`);
  };
};

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
  const targetOf = targetsFor(task);
  return examples.map((example, index) => {
    const { text, pair, label, labels, id } = example;
    const name = `Example ${id ?? index + 1}`;
    if (label === undefined && labels === undefined) throw new ModelError('DATA_INVALID', `${name} has no label; training and scoring need one.`);
    try {
      const { ids, typeIds } = tokenizer.encode(text, pair, { maxLength });
      const input: EncoderInput = { ids, typeIds };
      return { input, target: targetOf(example) };
    } catch (error) {
      if (error instanceof ModelError) throw new ModelError(error.code, `${name}: ${error.message}`, { cause: error });
      throw error;
    }
  });
};

/** The labels that examples carry, one or several each, sorted; numbers in numeric order. */
export const labelsOf = (examples: readonly Example[]): string[] => {
  const labels = [...new Set(examples.flatMap(({ label, labels = [] }) => [...(label === undefined ? [] : [String(label)]), ...labels]))];
  return labels.sort((a, b) => (Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? (a < b ? -1 : 1) : Number(a) - Number(b)));
};
