import type { TaggedSentence } from '../datasets/conll.js';
import { encodeWords } from '../tokenizer/encode-words.js';
import { ModelError } from '../errors.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import { isTokenTask } from '../tasks/token-classification.js';
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
  { maxLength = 128 }: { readonly maxLength?: number } = {},
): LabelledInput[] => {
  if (!isTokenTask(task))
    throw new ModelError(
      'OPTION_INVALID',
      `The task is ${task.name}, which does not tag words: use encodeExamples or encodeQuestions.`,
    );
  return sentences.map(({ words, tags, line }) => {
    try {
      const { ids, typeIds, firstOf } = encodeWords(tokenizer, words, { maxLength });
      const targets = tags.map((tag) => task.target(tag));
      return {
        input: { ids, typeIds },
        target: firstOf.map((word) => (word < 0 ? -1 : (targets[word] ?? -1))),
        sentence: { tags, firstOf },
      };
    } catch (error) {
      if (error instanceof ModelError)
        throw new ModelError(error.code, `The sentence at line ${line}: ${error.message}`, { cause: error });
      throw error;
    }
  });
};

/** The tags that sentences carry: `O` first, then sorted. */
export const tagsOf = (sentences: readonly TaggedSentence[]): string[] => {
  const tags = new Set(sentences.flatMap((sentence) => sentence.tags));
  tags.delete('O');
  return ['O', ...[...tags].sort()];
};
