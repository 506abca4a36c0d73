import { ModelError } from '../errors.js';
import { isDecimal } from './decimal.js';
import { findColumns } from './columns.js';
import type { ColumnNames, Columns } from './columns.js';
import { parseCsv } from './csv.js';
import { dataFormatOf } from './data-format.js';
import type { DataFormat } from './data-format.js';
import type { Example, Table, TableRow } from './dataset.js';
import { shownJson } from './exact-json.js';
import { hasHeader, sameRow } from './header.js';
import { parseJsonl, parseRecords } from './jsonl.js';
import { hasLabel, labelsInValue, usualLabelSeparator } from './multi-labels.js';
import { openText } from './open-text.js';
import { isPlain } from './plain-value.js';
import { parseTsv } from './read-table.js';
import type { Rows } from './read-table.js';

/** How to read examples. */
export interface ReadExamplesOptions extends ColumnNames {
  /** Default by the name: `.jsonl`, `.ndjson` and `.parquet`; `.json`; `.csv`; everything else is tab-separated without quoting, as GLUE. */
  readonly format?: DataFormat;
  /**
   * Whether the first row names the columns. Default: whether a column is named by its header, else what the rows show; a first row that may be
   * either is refused. JSON has no header.
   */
  readonly header?: boolean;
}

/** Everything that is no other table is tab-separated. */
const formatOf = (name: string): DataFormat => {
  const format = dataFormatOf(name);
  return format === undefined || format === 'conll' ? 'tsv' : format;
};

const toTable = (rows: Rows, headed: boolean, name: string): Table => {
  const [first, ...rest] = rows;
  if (first === undefined) throw new ModelError('DATA_INVALID', `${name} has no rows.`);
  const columns = headed ? first.values : first.values.map((_, i) => String(i + 1));
  const body = headed ? rest.filter((row) => !sameRow(row, first)) : rows;
  // Some rows of STS-B, which has no header, name their sources in two more columns.
  const mayBeLonger = !headed && columns.length >= 7;
  const wrong = body.find(({ values }) => values.length !== columns.length && !(mayBeLonger && values.length >= 7));
  if (wrong === undefined) return { columns, hasHeader: headed, rows: body, unit: 'line' };
  const expected = headed
    ? `${columns.length} as in the header (${columns.join(', ')})`
    : `${columns.length} as in the first row`;
  throw new ModelError(
    'DATA_INVALID',
    `${name}, line ${wrong.line}: ${wrong.values.length} fields, expected ${expected}. Is a separator missing, or inside a text? Texts with separators need CSV quotes or JSON lines.`,
  );
};

const parseTable = (
  text: string,
  name: string,
  { format = formatOf(name), ...options }: ReadExamplesOptions,
): Table => {
  if (format === 'jsonl') return parseJsonl(text, name);
  if (format === 'json') return parseRecords(text, name);
  const rows = format === 'csv' ? parseCsv(text, name) : parseTsv(text);
  return toTable(rows, hasHeader(rows, options, name), name);
};

const toExample = (
  { line, values }: TableRow,
  columns: Columns,
  { columns: names, unit }: Table,
  { name, separator }: { readonly name: string; readonly separator: string | undefined },
): Example => {
  const fail = (column: number, problem: string): never => {
    throw new ModelError('DATA_INVALID', `${name}, ${unit} ${line}: column "${names[column]}" ${problem}.`);
  };
  const textAt = (column: number): string => {
    const value = values[column];
    if (typeof value !== 'string')
      return fail(column, value === undefined ? 'is missing' : `is ${shownJson(value)}, expected a text`);
    return value.trim() === '' ? fail(column, 'is empty, expected a text') : value;
  };
  const labelAt = (column: number): string | number | undefined => {
    const value = values[column];
    if (value === null || value === undefined) return undefined;
    if (!isPlain(value) || String(value).trim() === '') return fail(column, `is ${shownJson(value)}, expected a label`);
    if (columns.task === 'regression')
      return typeof value !== 'boolean' && isDecimal(String(value))
        ? Number(value)
        : fail(column, `is ${shownJson(value)}, expected a number, such as 2.5`);
    const isRounded = typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
    return isRounded
      ? fail(column, `is ${value}, which may stand for several numbers beyond 2^53; write it as a text, "${value}"`)
      : String(value);
  };
  const labelsAt = (column: number): readonly string[] | undefined => {
    const value = values[column];
    if (value === null || value === undefined) return undefined;
    return (
      labelsInValue(value, separator) ??
      fail(
        column,
        `is ${shownJson(value)}, expected labels: a list, or a text with ${JSON.stringify(separator ?? usualLabelSeparator)} between them`,
      )
    );
  };
  const inColumn = (column: number): readonly string[] => {
    const has = hasLabel(values[column]);
    return has === undefined
      ? fail(column, `is ${shownJson(values[column])}, expected 0 or 1`)
      : has
        ? [names[column] ?? '']
        : [];
  };
  const several =
    columns.labels?.flatMap(inColumn) ??
    (columns.task === 'multi-label' && columns.label !== undefined ? labelsAt(columns.label) : undefined);
  const label = columns.label === undefined || columns.task === 'multi-label' ? undefined : labelAt(columns.label);
  const id = columns.id === undefined ? undefined : values[columns.id];
  return {
    text: textAt(columns.text),
    ...(columns.pair === undefined ? {} : { pair: textAt(columns.pair) }),
    ...(label === undefined ? {} : { label }),
    ...(several === undefined ? {} : { labels: several }),
    ...(id === undefined || id === null ? {} : { id: isPlain(id) ? String(id) : shownJson(id) }),
  };
};

/** @throws ModelError `DATA_INVALID` for labels that differ by white space alone: two classes where one is meant */
const checkLabels = (examples: readonly Example[], { rows, unit }: Table, name: string): void => {
  const seen = new Map<string, string>();
  examples.forEach(({ label }, i) => {
    if (typeof label !== 'string') return;
    const other = seen.get(label.trim()) ?? label;
    if (other !== label)
      throw new ModelError(
        'DATA_INVALID',
        `${name}, ${unit} ${rows[i]?.line}: the label ${JSON.stringify(label)} differs from ${JSON.stringify(other)} above by white space alone; write them alike.`,
      );
    seen.set(label.trim(), label);
  });
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
  const examples = table.rows.map((row) => toExample(row, columns, table, { name, separator: options.labelSeparator }));
  checkLabels(examples, table, name);
  return examples;
};

/**
 * Reads a labelled data set: GLUE's tab-separated files, CSV, JSON lines, a JSON list of records, Parquet, plain `text<TAB>label`; also packed with gzip.
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
