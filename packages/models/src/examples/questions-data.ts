import { dataFormatOf } from '../datasets/data-format.js';
import type { Question } from '../datasets/squad.js';
import { parseSquad } from '../datasets/squad.js';
import type { DataKind } from '../tasks/data-kind.js';

/** Questions with the contexts that answer them: SQuAD. */
export const questionsData: DataKind<Question> = {
  name: 'questions',
  holds: 'questions with contexts (SQuAD JSON)',
  columns: [],
  fits: (name, text) => dataFormatOf(name) === 'json' && /^\ufeff?\s*\{\s*("data"\s*:\s*\[|"version"\s*:)/.test(text),
  parse: (text, name) => parseSquad(text, name),
  texts: (questions) => [
    ...questions.map(({ question }) => question),
    ...new Set(questions.map(({ context }) => context)),
  ],
  key: ({ context }) => context,
};
