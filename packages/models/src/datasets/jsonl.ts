import { ModelError, messageOf } from '../errors.js';
import type { Table } from './dataset.js';

interface Entry {
  readonly line: number;
  readonly record: Readonly<Record<string, unknown>>;
}

const readLine = (content: string, line: number, name: string): Entry => {
  let record: unknown;
  try {
    record = JSON.parse(content);
  } catch (error) {
    throw new ModelError('DATA_INVALID', `${name}, line ${line}: not JSON (${messageOf(error)}). Expected one JSON object a line.`, { cause: error });
  }
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return { line, record: record as Readonly<Record<string, unknown>> };
  throw new ModelError('DATA_INVALID', `${name}, line ${line}: ${content.slice(0, 40)} is not a JSON object such as {"text": "...", "label": "..."}.`);
};

/**
 * JSON lines as a table: one object a line, its keys are the columns.
 *
 * @throws ModelError `DATA_INVALID` naming the line
 */
export const parseJsonl = (text: string, name: string): Table => {
  const entries = text.split('\n').flatMap((content, i) => (content.trim() === '' ? [] : [readLine(content, i + 1, name)]));
  const columns = [...new Set(entries.flatMap(({ record }) => Object.keys(record)))];
  const rows = entries.map(({ line, record }) => ({
    line,
    values: columns.map((column) => (Object.hasOwn(record, column) ? record[column] : undefined)),
  }));
  return { columns, hasHeader: true, rows };
};
