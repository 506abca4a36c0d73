import type { CandidateList, RerankDocument } from '@length-adaptive/models';
import { dataFormatOf, isJsonList, openText, parseJsonList, splitLines } from '@length-adaptive/models';
import { CliError, messageOf } from '../context/errors.js';

const invalid = (message: string, cause?: unknown): never => {
  throw new CliError('INPUT_INVALID', message, { cause });
};

const isDocument = (value: unknown): value is RerankDocument =>
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string');

/** `{"query": ..., "documents": [...]}` */
const asList = (value: unknown, at: string): CandidateList => {
  const { query, documents } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  if (typeof query === 'string' && Array.isArray(documents) && documents.every(isDocument)) return { query, documents };
  return invalid(
    `${at} is ${JSON.stringify(value).slice(0, 60)}; expected {"query": "...", "documents": ["...", {"text": "..."}]}.`,
  );
};

const parsed = (line: string, at: string): unknown => {
  try {
    return JSON.parse(line);
  } catch (error) {
    return invalid(`${at} is not JSON: ${messageOf(error)}.`, error);
  }
};

/**
 * Queries with their candidates: JSON lines, or a `.json` list.
 *
 * @throws CliError `INPUT_INVALID` naming the line; ModelError `FILE_NOT_FOUND`
 */
export const readCandidates = async (path: string): Promise<CandidateList[]> => {
  const text = await openText(path);
  const lists =
    dataFormatOf(path) === 'json' && isJsonList(text)
      ? parseJsonList(text, path).map((value, i) => asList(value, `${path}, record ${i + 1}`))
      : splitLines(text).flatMap((line, i) => {
          const at = `${path}, line ${i + 1}`;
          return line.trim() === '' ? [] : [asList(parsed(line, at), at)];
        });
  return lists.length > 0 ? lists : invalid(`${path} holds no query.`);
};
