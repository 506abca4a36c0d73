import { ModelError } from '../errors.js';
import { findColumns, looksLikeHeader } from './columns.js';
import type { ColumnNames, Columns } from './columns.js';
import type { Example, Table, TableRow } from './dataset.js';
import { parseJsonl } from './jsonl.js';
import { hasLabel, labelsInValue, usualLabelSeparator } from './multi-labels.js';
import { openText } from './open-text.js';
import { parseCsv, parseTsv } from './read-table.js';
import type { Rows } from './read-table.js';

/** Formats of data files. */
export type DataFormat = 'tsv' | 'csv' | 'jsonl';

/** How to read examples. */
export interface ReadExamplesOptions extends ColumnNames {
  /** Default by the name: `.jsonl`, `.ndjson` and `.json`; `.csv`; everything else is tab-separated without quoting, as GLUE. */
  readonly format?: DataFormat;
  /** Whether the first row names the columns. Default: whether it holds a usual column name. */
  readonly header?: boolean;
}

const formatOf = (name: string): DataFormat => {
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return ['jsonl', 'ndjson', 'json'].includes(extension) ? 'jsonl' : extension === 'csv' ? 'csv' : 'tsv';
};

const toTable = (rows: Rows, hasHeader: boolean, name: string): Table => {
  const [first, ...rest] = rows;
  if (first === undefined) throw new ModelError('DATA_INVALID', `${name} has no rows.`);
  const columns = hasHeader ? first.values : first.values.map((_, i) => String(i + 1));
  const body = hasHeader ? rest : rows;
  // Some rows of STS-B, which has no header, name their sources in two more columns.
  const mayBeLonger = !hasHeader && columns.length >= 7;
  const wrong = body.find(({ values }) => values.length !== columns.length && !(mayBeLonger && values.length >= 7));
  if (wrong === undefined) return { columns, hasHeader, rows: body };
  const expected = hasHeader ? `${columns.length} as in the header (${columns.join(', ')})` : `${columns.length} as in the first row`;
  throw new ModelError(
    'DATA_INVALID',
    `${name}, line ${wrong.line}: ${wrong.values.length} fields, expected ${expected}. Is a separator missing, or inside a text? Texts with separators need CSV quotes or JSON lines.`,
  );
};

const parseTable = (text: string, name: string, { format = formatOf(name), header, textColumn }: ReadExamplesOptions): Table => {
  if (format === 'jsonl') return parseJsonl(text, name);
  const rows = format === 'csv' ? parseCsv(text, name) : parseTsv(text);
  return toTable(rows, header ?? (typeof textColumn === 'string' || looksLikeHeader(rows[0]?.values ?? [])), name);
};

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value);

const toExample = ({ line, values }: TableRow, columns: Columns, names: readonly string[], { name, separator }: { readonly name: string; readonly separator: string | undefined }): Example => {
  const fail = (column: number, problem: string): never => {
    throw new ModelError('DATA_INVALID', `${name}, line ${line}: column "${names[column]}" ${problem}.`);
  };
  const textAt = (column: number): string => {
    const value = values[column];
    if (typeof value !== 'string') return fail(column, value === undefined ? 'is missing' : `is ${JSON.stringify(value)}, expected a text`);
    return value.trim() === '' ? fail(column, 'is empty, expected a text') : value;
  };
  const labelAt = (column: number): string | number | undefined => {
    const value = values[column];
    if (value === null || value === undefined) return undefined;
    if (value === '' || !isPlain(value)) return fail(column, `is ${JSON.stringify(value)}, expected a label`);
    if (columns.task === 'classification') return String(value);
    return Number.isFinite(Number(value)) ? Number(value) : fail(column, `is ${JSON.stringify(value)}, expected a number`);
  };
  const labelsAt = (column: number): readonly string[] | undefined => {
    const value = values[column];
    if (value === null || value === undefined) return undefined;
    return labelsInValue(value, separator) ?? fail(column, `is ${JSON.stringify(value)}, expected labels: a list, or a text with ${JSON.stringify(separator ?? usualLabelSeparator)} between them`);
  };
  const inColumn = (column: number): readonly string[] => {
    const has = hasLabel(values[column]);
    return has === undefined ? fail(column, `is ${JSON.stringify(values[column])}, expected 0 or 1`) : has ? [names[column] ?? ''] : [];
  };
  const several = columns.labels?.flatMap(inColumn) ?? (columns.task === 'multi-label' && columns.label !== undefined ? labelsAt(columns.label) : undefined);
  const label = columns.label === undefined || columns.task === 'multi-label' ? undefined : labelAt(columns.label);
  const id = columns.id === undefined ? undefined : values[columns.id];
  return {
    text: textAt(columns.text),
    ...(columns.pair === undefined ? {} : { pair: textAt(columns.pair) }),
    ...(label === undefined ? {} : { label }),
    ...(several === undefined ? {} : { labels: several }),
    ...(id === undefined || id === null ? {} : { id: isPlain(id) ? String(id) : JSON.stringify(id) }),
  };
};

/**
 * The examples in a text already at hand (a browser's file, a string).
 *
 * @param name what messages call it; its ending decides the format where the options do not
 * @throws ModelError `DATA_INVALID` naming the line and the column
 * @example
 * parseExamples('sentence\tlabel\nfine\t1\n', 'train.tsv'); // [{ text: 'fine', label: '1' }]
 */
export const parseExamples = (text: string, name: string, options: ReadExamplesOptions = {}): Example[] => {
  const table = parseTable(text, name, options);
  if (table.rows.length === 0) throw new ModelError('DATA_INVALID', `${name} has no rows.`);
  const columns = findColumns(table, options, name);
  return table.rows.map((row) => toExample(row, columns, table.columns, { name, separator: options.labelSeparator }));
};

/**
 * Reads a labelled data set: GLUE's tab-separated files, CSV, JSON lines, plain `text<TAB>label`; also packed with gzip.
 * Labels of classes are strings, whatever the file calls them; scores are numbers. A text may have several labels: in a list, in one
 * column with a separator, or in a column of 0 and 1 for each label. Node only.
 *
 * @throws ModelError `FILE_NOT_FOUND`, `DATA_INVALID` naming the line and the column
 * @example
 * const train = await readExamples('SST-2/train.tsv');
 * const pairs = await readExamples('pairs.csv', { textColumn: 'left', pairColumn: 'right', labelColumn: 'same' });
 * const comments = await readExamples('comments.csv', { labelColumns: ['toxic', 'threat', 'insult'] });
 */
export const readExamples = async (path: string, options: ReadExamplesOptions = {}): Promise<Example[]> =>
  parseExamples(await openText(path), path, options);
