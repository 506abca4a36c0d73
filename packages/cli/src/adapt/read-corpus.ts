import { join } from 'node:path';
import type { CorpusText } from '@length-adaptive/models';
import { dataFormatOf, isBeirFolder, isJsonList, openText, parseJsonList, splitLines } from '@length-adaptive/models';
import { existsSync } from 'node:fs';
import { CliError, messageOf } from '../context/errors.js';

const refuse = (place: string, content: string): never => {
  throw new CliError(
    'INPUT_INVALID',
    `${place} is ${content.slice(0, 60)}; expected {"text": "...", "title": "..."} (title only where there is one), or a JSON string.`,
  );
};

const asText = (value: unknown, place: string, content: string): CorpusText => {
  if (typeof value === 'string') return { text: value };
  const { text, title } = (value ?? {}) as { readonly text?: unknown; readonly title?: unknown };
  if (typeof text !== 'string' || (title !== undefined && title !== null && typeof title !== 'string'))
    return refuse(place, content);
  return { text, ...(typeof title === 'string' && title !== '' && { title }) };
};

const parseLine = (line: string, place: string): CorpusText => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CliError('INPUT_INVALID', `${place} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  return asText(value, place, line);
};

/** The corpus of a BEIR folder; a file itself. */
const fileOf = async (path: string): Promise<string> => {
  if (!(await isBeirFolder(path).catch(() => false))) return path;
  const plain = join(path, 'corpus.jsonl');
  return existsSync(plain) ? plain : `${plain}.gz`;
};

/**
 * Texts of a file, a line each or JSON lines, of a list in JSON, or of the corpus in a BEIR folder. Empty ones are left out.
 *
 * @throws CliError `INPUT_INVALID`, naming the line; ModelError `FILE_NOT_FOUND`, `DATA_INVALID`
 */
export const readCorpus = async (path: string): Promise<CorpusText[]> => {
  const file = await fileOf(path);
  const content = await openText(file);
  const format = dataFormatOf(file);
  const isJson = format === 'jsonl' || format === 'json';
  const texts =
    format === 'json' && isJsonList(content)
      ? parseJsonList(content, file).map((item, i) => asText(item, `${file}, record ${i + 1}`, JSON.stringify(item)))
      : splitLines(content).flatMap((line, i) => {
          if (line.trim() === '') return [];
          return [isJson ? parseLine(line, `${file}, line ${i + 1}`) : { text: line }];
        });
  const written = texts.filter(({ text, title = '' }) => `${title}${text}`.trim() !== '');
  if (written.length > 0) return written;
  throw new CliError('INPUT_INVALID', `${file} holds no text; expected at least one.`);
};
