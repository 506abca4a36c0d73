import { ModelError, messageOf } from '../errors.js';
import { openText } from './open-text.js';
import { isRecord } from '../sources/json-record.js';
import type { JsonRecord } from '../sources/json-record.js';

/** A question about a text, with the answers people gave. */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly context: string;
  /** Accepted answers; empty where the context holds none. */
  readonly answers: readonly SquadAnswer[];
  /** The article the context comes from. */
  readonly title?: string;
}

/** A part of the context that answers a question. */
export interface SquadAnswer {
  readonly text: string;
  /** Where it begins in the context, in UTF-16 units. */
  readonly start: number;
}

/** Reads fields of parsed JSON and says where in the file one is wrong. */
interface Fields {
  readonly text: (record: JsonRecord, key: string, path: string) => string;
  readonly records: (record: JsonRecord, key: string, path: string) => readonly JsonRecord[];
  readonly offset: (record: JsonRecord, key: string, path: string) => number;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** A value as a message quotes it: JSON, cut short. */
const quote = (value: unknown): string => {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
};

const readFields = (name: string): Fields => {
  const fail = (record: JsonRecord, key: string, path: string, expected: string): never => {
    const value = record[key];
    const found = value === undefined ? 'is missing' : `is ${quote(value)}`;
    throw new ModelError(
      'DATA_INVALID',
      `${name}: ${join(path, key)} ${found}, expected ${expected}. A SQuAD file is {"data": [{"title", "paragraphs": [{"context", "qas": [{"id", "question", "answers": [{"text", "answer_start"}]}]}]}]}.`,
    );
  };
  return {
    text: (record, key, path) => {
      const value = record[key];
      return typeof value === 'string' ? value : fail(record, key, path, 'a text');
    },
    records: (record, key, path) => {
      const value = record[key];
      return Array.isArray(value) && value.every(isRecord) ? value : fail(record, key, path, 'a list of objects');
    },
    offset: (record, key, path) => {
      const value = record[key];
      return typeof value === 'number' && Number.isInteger(value) && value >= 0
        ? value
        : fail(record, key, path, 'a whole number from 0');
    },
  };
};

const parseJson = (text: string, name: string): JsonRecord => {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new ModelError(
      'DATA_INVALID',
      `${name} is not JSON: ${messageOf(error)}. Expected a SQuAD file, {"data": [...]}.`,
      { cause: error },
    );
  }
  if (isRecord(value)) return value;
  throw new ModelError('DATA_INVALID', `${name} holds ${quote(value)}, expected a SQuAD file, {"data": [...]}.`);
};

/** Where each code point of a text begins in UTF-16 units: SQuAD's offsets are Python's, which count code points. */
const unitsOf = (text: string): ((codePoint: number) => number) => {
  if (!/[\u{10000}-\u{10ffff}]/u.test(text)) return (codePoint) => codePoint;
  const starts: number[] = [];
  let units = 0;
  for (const character of text) {
    starts.push(units);
    units += character.length;
  }
  return (codePoint) => starts[codePoint] ?? text.length;
};

/**
 * The questions in the text of a SQuAD file, 1.1 or 2.0, in the order of the file.
 *
 * @param name what messages call the file
 * @throws ModelError `DATA_INVALID` naming the place in the JSON, or the question whose answer is not where it is said to be
 * @example
 * const [first] = parseSquad(text, 'dev-v1.1.json');
 * first?.context.slice(first.answers[0]?.start); // begins with first.answers[0].text
 */
export const parseSquad = (text: string, name: string): Question[] => {
  const fields = readFields(name);
  const questions: Question[] = [];

  const readAnswer = (
    answer: JsonRecord,
    path: string,
    id: string,
    context: string,
    toUnits: (codePoint: number) => number,
  ): SquadAnswer => {
    const expected = fields.text(answer, 'text', path);
    const offset = fields.offset(answer, 'answer_start', path);
    const start = toUnits(offset);
    const found = context.slice(start, start + expected.length);
    if (found === expected && expected !== '') return { text: expected, start };
    throw new ModelError(
      'DATA_INVALID',
      `${name}: ${path} of question ${id} begins at character ${offset} of the context; ${JSON.stringify(found)} stands there, expected its text ${JSON.stringify(expected)}. Offsets count Unicode characters from 0; correct answer_start, or take the question out.`,
    );
  };

  fields.records(parseJson(text, name), 'data', '').forEach((article, a) => {
    const articlePath = `data[${a}]`;
    const title = article['title'] === undefined ? {} : { title: fields.text(article, 'title', articlePath) };
    fields.records(article, 'paragraphs', articlePath).forEach((paragraph, p) => {
      const paragraphPath = `${articlePath}.paragraphs[${p}]`;
      const context = fields.text(paragraph, 'context', paragraphPath);
      const toUnits = unitsOf(context);
      fields.records(paragraph, 'qas', paragraphPath).forEach((entry, q) => {
        const path = `${paragraphPath}.qas[${q}]`;
        const id = fields.text(entry, 'id', path);
        const given = entry['is_impossible'] === true ? [] : fields.records(entry, 'answers', path);
        const answers = given.map((answer, i) => readAnswer(answer, `${path}.answers[${i}]`, id, context, toUnits));
        questions.push({ id, question: fields.text(entry, 'question', path), context, answers, ...title });
      });
    });
  });
  if (questions.length === 0)
    throw new ModelError(
      'DATA_INVALID',
      `${name} has no questions: expected at least one under data[].paragraphs[].qas[].`,
    );
  return questions;
};

/**
 * Reads a SQuAD file, 1.1 or 2.0, plain or gzip. Node only.
 *
 * @throws ModelError `FILE_NOT_FOUND`, and as {@link parseSquad}
 * @example
 * const questions = await readSquad('squad/dev-v1.1.json.gz');
 */
export const readSquad = async (path: string): Promise<Question[]> => parseSquad(await openText(path), path);
