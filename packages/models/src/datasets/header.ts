import { isDecimal } from '../decimal.js';
import { ModelError } from '../errors.js';
import type { ColumnNames } from './columns.js';
import { knownColumns } from './columns.js';
import type { Row, Rows } from './read-table.js';

/** Whether two rows hold the same: a row that is the header again, where files were joined, is no example. */
export const sameRow = (a: Row, b: Row): boolean => a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);

/** A word, such as columns are called by. */
const isName = (field: string): boolean => /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(field.trim());

/** Whether the first value of a column is unlike all below it, which are numbers, or come more than once as classes do. */
const standsOut = ([first = '', ...below]: readonly string[]): boolean =>
  below.length > 1 && !below.includes(first) && (new Set(below).size < below.length || (!isDecimal(first) && below.every(isDecimal)));

/** Whether the first row names the columns; undefined where the file does not tell. */
const guessHeader = ([first, ...rest]: Rows): boolean | undefined => {
  if (first === undefined) return false;
  const fields = first.values;
  const below = rest.filter((row) => !sameRow(row, first));
  const comesAgain = (at: number): boolean => below.some(({ values }) => values[at] === fields[at]);
  const known = knownColumns(fields);
  if (known.length > 0) {
    const named = fields.every((field, at) => known.includes(at) || isName(field));
    const again = known.every(comesAgain); // as classes do; names of columns do not
    if (again) return named ? undefined : false;
    return named || known.length > 1 ? true : undefined; // else a class that is called as columns are, beside a text
  }
  const columnOf = (at: number): string[] => [fields[at] ?? '', ...below.map(({ values }) => values[at] ?? '')];
  const unknownNames = fields.length > 1 && fields.every(isName) && !fields.some((_, at) => comesAgain(at)) && fields.some((_, at) => standsOut(columnOf(at)));
  return unknownNames ? undefined : false;
};

/**
 * Whether the first row of a table names its columns: as the caller says, by a column that is named, or by what the rows show.
 *
 * @param name what messages call the file
 * @throws ModelError `DATA_INVALID` where it may be either
 */
export const hasHeader = (rows: Rows, { header, textColumn, pairColumn, labelColumn }: ColumnNames & { readonly header?: boolean | undefined }, name: string): boolean => {
  const [first] = rows;
  const isNamed = typeof textColumn === 'string' || [pairColumn, labelColumn].some((column) => typeof column === 'string' && first?.values.includes(column) === true);
  const known = header ?? (isNamed || guessHeader(rows));
  if (known !== undefined) return known;
  throw new ModelError(
    'DATA_INVALID',
    `${name}, line ${first?.line}: is ${JSON.stringify(first?.values.join('\t'))} a header or the first example? It can be either: say so with the option header, true or false (lat: --header or --no-header).`,
  );
};
