import type { TaggedSentence } from '../datasets/conll.js';
import { parseConll } from '../datasets/conll.js';
import { dataFormatOf } from '../datasets/data-format.js';
import { ModelError } from '../errors.js';
import type { DataKind } from '../tasks/data-kind.js';

/** @throws ModelError `OPTION_INVALID` for a column that is named: there is no row with names */
const numberOf = (option: string, column: string | number | undefined): number | undefined => {
  if (typeof column !== 'string') return column;
  throw new ModelError(
    'OPTION_INVALID',
    `${option} is ${JSON.stringify(column)}; the columns of CoNLL have no names: give a number, from 1.`,
  );
};

/** Sentences with a tag a word: CoNLL. */
export const sentencesData: DataKind<TaggedSentence> = {
  name: 'sentences',
  holds: 'sentences with a tag a word (CoNLL)',
  columns: ['textColumn', 'labelColumn'],
  fits: (name) => dataFormatOf(name) === 'conll',
  parse: (text, name, { textColumn, labelColumn }) =>
    parseConll(text, name, {
      wordColumn: numberOf('textColumn', textColumn),
      tagColumn: numberOf('labelColumn', labelColumn),
    }),
  texts: (sentences) => sentences.map(({ words }) => words.join(' ')),
};
