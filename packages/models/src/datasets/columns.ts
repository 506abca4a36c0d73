import { ModelError } from '../errors.js';
import type { LabelKind, Table } from './dataset.js';

/** Which columns of a table hold what, by position from 0. */
export interface Columns {
  readonly text: number;
  readonly pair?: number;
  readonly label?: number;
  /** Columns of 0 and 1, one a label. */
  readonly labels?: readonly number[];
  readonly id?: number;
  readonly task: LabelKind;
}

/** Columns a caller names: by their header, or by number from 1. */
export interface ColumnNames {
  readonly textColumn?: string | number;
  readonly pairColumn?: string | number;
  readonly labelColumn?: string | number;
  /** Columns of 0 and 1, one for each label that a text may have; a label is called as its column is. */
  readonly labelColumns?: readonly (string | number)[];
  /** What stands between the labels of a text in one column. Default `|`. */
  readonly labelSeparator?: string;
  /** What labels are. Default `'multi-label'` for label columns, lists of labels and a separator of labels, `'regression'` for similarity scores, else `'classification'`. */
  readonly task?: LabelKind;
}

/** Headers of the usual data sets, the first and the second text; earlier rows win. */
const pairNames: readonly (readonly [string, string])[] = [
  ['sentence1', 'sentence2'],
  ['premise', 'hypothesis'],
  ['question1', 'question2'],
  ['question', 'sentence'],
  ['question', 'context'],
  ['query', 'passage'],
  ['text_a', 'text_b'],
  ['text1', 'text2'],
  ['text', 'pair'],
  ['#1 string', '#2 string'],
];
const textNames = ['text', 'sentence', 'review', 'question', 'content', 'tweet', 'message', 'document', 'title'];
const labelNames = [
  'label',
  'gold_label',
  'labels',
  'quality',
  'is_duplicate',
  'class',
  'category',
  'sentiment',
  'target',
  'score',
  'similarity',
];
const scoreNames = ['score', 'similarity', 'similarity_score', 'relatedness_score'];
const idNames = ['id', 'index', 'idx', 'pairid', 'guid'];

/** Files without a header that are known by their first row. */
const layouts: readonly { readonly fits: (row: readonly string[]) => boolean; readonly columns: Columns }[] = [
  // STS-B: genre, file, year, number, score, two sentences, sometimes two sources
  {
    fits: (row) => row.length >= 7 && /^\d+(\.\d+)?$/.test(row[4] ?? ''),
    columns: { text: 5, pair: 6, label: 4, task: 'regression' },
  },
  // CoLA: source, acceptable or not, the author's mark, sentence
  {
    fits: (row) => row.length === 4 && /^[01]$/.test(row[1] ?? '') && /^\*?$/.test(row[2] ?? ''),
    columns: { text: 3, label: 1, task: 'classification' },
  },
  {
    fits: (row) => row.length === 2 && /^\S+$/.test(row[1] ?? ''),
    columns: { text: 0, label: 1, task: 'classification' },
  },
  { fits: (row) => row.length === 1, columns: { text: 0, task: 'classification' } },
];

const lower = (columns: readonly string[]): readonly string[] => columns.map((column) => column.trim().toLowerCase());

const usualNames = new Set([...pairNames.flat(), ...textNames, ...labelNames, ...idNames]);

/** Positions of the fields of a row that are names which data sets give their columns. */
export const knownColumns = (row: readonly string[]): readonly number[] =>
  lower(row).flatMap((field, at) => (usualNames.has(field) ? [at] : []));

/** Where a column stands that is named, or numbered from 1. @throws ModelError `DATA_INVALID` where there is none */
export const locate = (
  column: string | number,
  columns: readonly string[],
  hasHeader: boolean,
  name: string,
): number => {
  const at = typeof column === 'number' ? column - 1 : hasHeader ? columns.indexOf(column) : -1;
  if (Number.isInteger(at) && at >= 0 && at < columns.length) return at;
  const found = hasHeader
    ? `It has: ${columns.join(', ')}.`
    : `It has no header and ${columns.length} columns: name them by number, from 1.`;
  throw new ModelError('DATA_INVALID', `${name} has no column ${JSON.stringify(column)}. ${found}`);
};

const guess = ({ columns, hasHeader, rows }: Table): Partial<Columns> => {
  if (!hasHeader) return layouts.find(({ fits }) => fits((rows[0]?.values ?? []) as readonly string[]))?.columns ?? {};
  const names = lower(columns);
  const first = (candidates: readonly string[]) => candidates.map((name) => names.indexOf(name)).find((at) => at >= 0);
  const pair = pairNames.find((both) => both.every((name) => names.includes(name)));
  const text = pair === undefined ? first(textNames) : names.indexOf(pair[0]);
  const label = first(labelNames);
  const id = first(idNames);
  return {
    ...(text === undefined ? {} : { text }),
    ...(pair === undefined ? {} : { pair: names.indexOf(pair[1]) }),
    ...(label === undefined ? {} : { label }),
    ...(id === undefined ? {} : { id }),
  };
};

/**
 * Which columns hold what: as the caller says, else by the names and layouts of the usual data sets. A caller who names
 * the text column and no pair column gets no pair.
 *
 * @throws ModelError `DATA_INVALID` when a named column is not there, or none can be guessed; it lists those there are; `OPTION_INVALID` for a separator of
 * labels where a text has one
 */
export const findColumns = (
  table: Table,
  { textColumn, pairColumn, labelColumn, labelColumns, labelSeparator, task }: ColumnNames,
  name: string,
): Columns => {
  const { columns, hasHeader } = table;
  if (labelSeparator !== undefined && task !== undefined && task !== 'multi-label')
    throw new ModelError(
      'OPTION_INVALID',
      `labelSeparator is ${JSON.stringify(labelSeparator)}, and labels are those of ${task}: one a text. Leave it out, or ask for several labels a text.`,
    );
  const guessed = guess(table);
  const named = (column: string | number | undefined, otherwise: number | undefined) =>
    column === undefined ? otherwise : locate(column, columns, hasHeader, name);
  const text = named(textColumn, guessed.text);
  if (text === undefined) {
    throw new ModelError(
      'DATA_INVALID',
      `${name}: which column is the text? It has: ${columns.join(', ')}. Name it with the option textColumn.`,
    );
  }
  const pair = named(pairColumn, textColumn === undefined ? guessed.pair : undefined);
  const label = named(labelColumn, guessed.label);
  const labels = labelColumns?.map((column) => locate(column, columns, hasHeader, name));
  if (labels)
    return {
      text,
      ...(pair !== undefined && { pair }),
      labels,
      ...(guessed.id !== undefined && { id: guessed.id }),
      task: 'multi-label',
    };
  const isList = table.rows.some(({ values }) => label !== undefined && Array.isArray(values[label]));
  const isSeparated = label !== undefined && labelSeparator !== undefined;
  const isScore = label !== undefined && scoreNames.includes(lower(columns)[label] ?? '');
  return {
    text,
    ...(pair === undefined ? {} : { pair }),
    ...(label === undefined || label === text || label === pair ? {} : { label }),
    ...(guessed.id === undefined ? {} : { id: guessed.id }),
    task:
      task ??
      (isScore && !isSeparated
        ? 'regression'
        : isList || isSeparated
          ? 'multi-label'
          : ((label === guessed.label ? guessed.task : undefined) ?? 'classification')),
  };
};
