import type { DataSet } from '../data/data.js';

/** All texts of a data set: to count the tokens in them. */
export const textsOf = (data: DataSet): string[] => {
  if (data.kind === 'texts')
    return data.examples.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair]));
  if (data.kind === 'sentences') return data.examples.map(({ words }) => words.join(' '));
  return [...data.examples.map(({ question }) => question), ...new Set(data.examples.map(({ context }) => context))];
};
