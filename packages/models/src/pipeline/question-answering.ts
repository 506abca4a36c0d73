import { ModelError } from '../errors.js';
import type { Predictor } from '../predictor/predictor.js';
import type { PipelineDefaults } from './pipeline-options.js';
import { spending } from './pipeline-options.js';

/** Part of a context. `start` and `end` are its UTF-16 units, the end excluded. */
export interface AnsweredQuestion {
  /** As it stands in the context. */
  readonly answer: string;
  /** Probability that its first token begins the answer, times that its last token ends it. */
  readonly score: number;
  readonly start: number;
  readonly end: number;
}

export interface QuestionAnsweringOptions extends PipelineDefaults {
  /** Answers to give, best first. Default 1. */
  readonly top_k?: number | undefined;
  /** Most tokens that an answer may have. Default 30. */
  readonly max_answer_len?: number | undefined;
}

/** The answer to a question; with `top_k` above 1 a list of them; of several questions, each with a context of its own, a list with what comes of each. */
export interface QuestionAnsweringPipeline {
  (
    question: string,
    context: string,
    options?: QuestionAnsweringOptions & { readonly top_k?: 1 | undefined },
  ): Promise<AnsweredQuestion>;
  (question: string, context: string, options: QuestionAnsweringOptions): Promise<AnsweredQuestion[]>;
  (
    questions: readonly string[],
    contexts: readonly string[],
    options?: QuestionAnsweringOptions & { readonly top_k?: 1 | undefined },
  ): Promise<AnsweredQuestion[]>;
  (
    questions: readonly string[],
    contexts: readonly string[],
    options: QuestionAnsweringOptions,
  ): Promise<AnsweredQuestion[][]>;
}

export const questionAnswering = (predictor: Predictor, defaults: PipelineDefaults): QuestionAnsweringPipeline => {
  const answer = async (
    asked: string | readonly string[],
    read: string | readonly string[],
    { top_k: count = 1, max_answer_len: maxAnswerTokens, ...own }: QuestionAnsweringOptions = {},
  ): Promise<unknown> => {
    const questions = typeof asked === 'string' ? [asked] : asked;
    const contexts = typeof read === 'string' ? [read] : read;
    if (questions.length !== contexts.length)
      throw new ModelError(
        'OPTION_INVALID',
        `${questions.length} questions came with ${contexts.length} contexts; expected one each.`,
      );
    const pairs = questions.map((question, i) => [question, contexts[i] ?? ''] as const);
    const options = { ...spending(own, defaults), answers: count, maxAnswerTokens };
    const found = (await predictor.predict(pairs, options)).map(({ answers = [] }) =>
      answers.map(({ text, probability, start, end }) => ({ answer: text, score: probability, start, end })),
    );
    const results = count === 1 ? found.map(([best]) => best) : found;
    return typeof asked === 'string' ? results[0] : results;
  };
  return answer as QuestionAnsweringPipeline;
};
