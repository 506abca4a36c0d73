import type { TaggedSentence } from '../datasets/conll.js';
import { ModelError } from '../errors.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { Task } from '../tasks/task.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/**
 * Tagged sentences as token ids and a target for the first token of each word. A word that is cut by `maxLength` (tokens of an
 * input, default 128) or gives no token teaches nothing; scores count it all the same, with `O` as what was predicted.
 *
 * @throws ModelError `LABEL_UNKNOWN`, `TEXT_EMPTY`: the message names the line; `OPTION_INVALID` for another task
 */
export const encodeSentences = (
  tokenizer: Tokenizer,
  task: Task,
  sentences: readonly TaggedSentence[],
  options: { readonly maxLength?: number } = {},
): LabelledInput[] => {
  if (task.data === 'sentences') return task.encode(tokenizer, sentences, options);
  throw new ModelError(
    'OPTION_INVALID',
    `The task is ${task.name}, which does not tag words: use encodeExamples or encodeQuestions.`,
  );
};
