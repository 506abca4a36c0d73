import { ModelError, messageOf } from '../errors.js';
import type { Table } from './dataset.js';
import { parseExactJson, shownJson } from './exact-json.js';
import { isBlank, splitLines } from './lines.js';

/** A record with its number: of its line, or of its place in a list. */
interface Entry {
  readonly line: number;
  readonly record: Readonly<Record<string, unknown>>;
}

const asRecord = (value: unknown, place: string, content: string): Entry['record'] => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Entry['record'];
  throw new ModelError('DATA_INVALID', `${place}: ${content.slice(0, 40)} is not a JSON object such as {"text": "...", "label": "..."}.`);
};

const readLine = (content: string, line: number, name: string): Entry => {
  let value: unknown;
  try {
    value = parseExactJson(content);
  } catch (error) {
    throw new ModelError('DATA_INVALID', `${name}, line ${line}: not JSON (${messageOf(error)}). Expected one JSON object a line.`, { cause: error });
  }
  return { line, record: asRecord(value, `${name}, line ${line}`, content) };
};

const toTable = (entries: readonly Entry[], unit: Table['unit']): Table => {
  const columns = [...new Set(entries.flatMap(({ record }) => Object.keys(record)))];
  const rows = entries.map(({ line, record }) => ({
    line,
    values: columns.map((column) => (Object.hasOwn(record, column) ? record[column] : undefined)),
  }));
  return { columns, hasHeader: true, rows, unit };
};

/**
 * JSON lines as a table: one object a line, its keys are the columns.
 *
 * @throws ModelError `DATA_INVALID` naming the line
 */
export const parseJsonl = (text: string, name: string): Table =>
  toTable(
    splitLines(text).flatMap((content, i) => (isBlank(content) ? [] : [readLine(content, i + 1, name)])),
    'line',
  );

/** Whether a text is a JSON list, and not JSON lines. */
export const isJsonList = (text: string): boolean => /^\ufeff?\s*\[/.test(text);

/**
 * The items of a JSON list.
 *
 * @throws ModelError `DATA_INVALID`
 */
export const parseJsonList = (text: string, name: string): readonly unknown[] => {
  try {
    return parseExactJson(text.replace(/^\ufeff/, '')) as readonly unknown[];
  } catch (error) {
    throw new ModelError('DATA_INVALID', `${name} begins as a JSON list and is not one: ${messageOf(error)}. Expected [{"text": "...", "label": "..."}, ...].`, { cause: error });
  }
};

/**
 * The records of a `.json` file as a table: those of a list, numbered from 1, or one a line.
 *
 * @throws ModelError `DATA_INVALID` naming the record or the line
 */
export const parseRecords = (text: string, name: string): Table => {
  if (!isJsonList(text)) return parseJsonl(text, name);
  const items = parseJsonList(text, name);
  return toTable(
    items.map((item, i) => ({ line: i + 1, record: asRecord(item, `${name}, record ${i + 1}`, shownJson(item)) })),
    'record',
  );
};
