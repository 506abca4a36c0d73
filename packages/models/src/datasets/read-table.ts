import type { TableRow } from './dataset.js';
import { isBlank, splitLines } from './lines.js';

/** A row of texts, with the line that it begins on. */
export interface Row extends TableRow {
  readonly values: readonly string[];
}

/** Lines of `line` fields with the line each begins on. */
export type Rows = readonly Row[];

/** Whether a row is a blank line. */
export const isBlankRow = ({ values }: Row): boolean => values.length === 1 && isBlank(values[0] ?? '');

/** Tab-separated values as GLUE writes them: one row a line, no quoting, a `"` is a character like any other. */
export const parseTsv = (text: string): Rows =>
  splitLines(text)
    .map((content, i) => ({ line: i + 1, values: content.split('\t') }))
    .filter((row) => !isBlankRow(row));
