import type { Question } from '../datasets/squad.js';
import { ModelError } from '../errors.js';
import type { LabelledInput } from './labelled-input.js';
import type { WindowOptions } from '../tokenizer/question-windows.js';
import { answerTokens, questionWindows } from '../tokenizer/question-windows.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';

/**
 * Questions as windows over their contexts: one input or more a question. A window that does not hold the whole answer is
 * taught to point at [CLS]; that is a target of training, and answers are always read from the context.
 *
 * @throws ModelError `TEXT_TOO_LONG` for a question that fills the window, `TEXT_EMPTY`; the message names the question
 */
export const encodeQuestions = (
  tokenizer: Tokenizer,
  questions: readonly Question[],
  options: WindowOptions = {},
): LabelledInput[] =>
  questions.flatMap((source) => {
    const [answer] = source.answers;
    return windowsOf(tokenizer, source, options).map((window): LabelledInput => {
      const target = answer ? answerTokens(window, answer.start, answer.start + answer.text.length) : undefined;
      return {
        input: { ids: window.ids, typeIds: window.typeIds },
        target: target ?? [0, 0],
        question: { source, window },
      };
    });
  });

const windowsOf = (
  tokenizer: Tokenizer,
  { id, question, context }: Question,
  options: WindowOptions,
): ReturnType<typeof questionWindows> => {
  try {
    return questionWindows(tokenizer, question, context, options);
  } catch (error) {
    if (error instanceof ModelError)
      throw new ModelError(error.code, `Question ${id}: ${error.message}`, { cause: error });
    throw error;
  }
};
