import Papa from 'papaparse';
import { ModelError } from '../errors.js';
import type { TableRow } from './dataset.js';

/** Lines of `line` fields with the line each begins on. */
export type Rows = readonly (TableRow & { readonly values: readonly string[] })[];

/** Tab-separated values as GLUE writes them: one row a line, no quoting, a `"` is a character like any other. */
export const parseTsv = (text: string): Rows =>
  text
    .split(/\r?\n/)
    .map((content, i) => ({ line: i + 1, values: content.split('\t') }))
    .filter(({ values }) => values.length > 1 || values[0]?.trim() !== '');

/** The separator of a CSV file, from its first line. */
const separatorOf = (text: string): string => {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  return [',', ';', '\t'].find((separator) => header.includes(separator)) ?? ',';
};

const countLines = (text: string, from: number, to: number): number => {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};

/**
 * Comma-separated values (RFC 4180): quotes, doubled quotes and line breaks inside quotes. A file whose first line has
 * no comma may use semicolons or tabs.
 *
 * @throws ModelError `DATA_INVALID` for a quote that is never closed or stands in the middle of a field
 */
export const parseCsv = (text: string, name: string): Rows => {
  const rows: (TableRow & { readonly values: readonly string[] })[] = [];
  let position = 0;
  let line = 1;
  Papa.parse<string[]>(text, {
    delimiter: separatorOf(text),
    step: ({ data, errors, meta }) => {
      const quote = errors.find(({ type }) => type === 'Quotes');
      if (quote !== undefined) {
        throw new ModelError('DATA_INVALID', `${name}, line ${line}: ${quote.message.toLowerCase()}. A quote inside a quoted field is written twice.`);
      }
      if (data.length > 1 || data[0]?.trim() !== '') rows.push({ line, values: data });
      line += countLines(text, position, meta.cursor);
      position = meta.cursor;
    },
  });
  return rows;
};
