import { ModelError } from '../errors.js';
import { knownColumns } from './columns.js';
import { countLineEnds, isBlank } from './lines.js';
import type { Row, Rows } from './read-table.js';
import { isBlankRow } from './read-table.js';

/** Where the quote stands that closes a field; -1 when none does. A quote inside is written twice. */
const closingQuote = (text: string, from: number): number => {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
};

/** Row after row, blank ones too. @throws ModelError `DATA_INVALID` */
const readRows = function* (text: string, separator: string, name: string): Generator<Row> {
  const fieldEnd = new RegExp(`[${separator}\r\n]`, 'g');
  let at = 0;
  let line = 1;

  const fail = (problem: string): never => {
    throw new ModelError('DATA_INVALID', `${name}, line ${line}: ${problem}. A quote inside a quoted field is written twice.`);
  };
  const plainField = (): string => {
    fieldEnd.lastIndex = at;
    const start = at;
    at = fieldEnd.exec(text)?.index ?? text.length;
    return text.slice(start, at);
  };
  const quotedField = (): string => {
    const end = closingQuote(text, at + 1);
    if (end < 0) return fail('quoted field unterminated');
    const content = text.slice(at + 1, end);
    at = end + 1;
    if (!isBlank(plainField())) return fail('text after the quote that ends a field');
    line += countLineEnds(content);
    return content.replaceAll('""', '"');
  };

  while (at < text.length) {
    while (text[at] === '\ufeff') at += 1; // of the file, or of one that was joined to another
    const row = { line, values: [text[at] === '"' ? quotedField() : plainField()] };
    while (text[at] === separator) {
      at += 1;
      row.values.push(text[at] === '"' ? quotedField() : plainField());
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    yield row;
  }
};

/** The first rows under a separator, as far as quotes fit it. */
const firstRows = (text: string, separator: string): Rows => {
  const rows: Row[] = [];
  try {
    for (const row of readRows(text, separator, '')) {
      if (!isBlankRow(row)) rows.push(row);
      if (rows.length === 50) break;
    }
  } catch {
    // What is wrong is told once the separator is known.
  }
  return rows;
};

/**
 * What separates the fields of a CSV file: a comma, a semicolon or a tab. Of those that part the first row it is the one under which it names
 * the most usual columns, then one that parts all rows alike, then the first of the three.
 */
const separatorOf = (text: string): string => {
  const ranked = [',', ';', '\t'].flatMap((separator) => {
    const rows = firstRows(text, separator);
    const width = rows[0]?.values.length ?? 0;
    return width < 2 ? [] : [{ separator, known: knownColumns(rows[0]?.values ?? []).length, alike: rows.every(({ values }) => values.length === width) ? 1 : 0 }];
  });
  return ranked.sort((a, b) => b.known - a.known || b.alike - a.alike)[0]?.separator ?? ',';
};

/**
 * Comma-separated values (RFC 4180): quotes, doubled quotes and line breaks inside quotes, whatever ends each line. Semicolons or tabs may
 * stand for the commas.
 *
 * @throws ModelError `DATA_INVALID` for a quote that is never closed or stands in the middle of a field
 */
export const parseCsv = (text: string, name: string): Rows => [...readRows(text, separatorOf(text), name)].filter((row) => !isBlankRow(row));
