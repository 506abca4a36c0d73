import type { TaggedSentence } from '../datasets/conll.js';
import { parseConll } from '../datasets/conll.js';
import { dataFormatOf } from '../datasets/data-format.js';
import type { DataKind } from '../tasks/data-kind.js';

/** Sentences with a tag a word: CoNLL. */
export const sentencesData: DataKind<TaggedSentence> = {
  name: 'sentences',
  holds: 'sentences with a tag a word (CoNLL)',
  fits: (name) => dataFormatOf(name) === 'conll',
  parse: (text, name) => parseConll(text, name),
  texts: (sentences) => sentences.map(({ words }) => words.join(' ')),
};
