/** Folders of documents to search and queries to search them by, as BEIR has them. */
import { ModelError } from '../errors.js';
import { directorySource } from '../sources/directory-source.js';
import { isRecord } from '../sources/json-record.js';
import { parseExactJson } from './exact-json.js';
import { isBlank, splitLines } from './lines.js';
import { decodeDataFile } from './open-text.js';

/** A document, or a query. */
export interface BeirText {
  readonly id: string;
  /** Of a document: its title and its text, a space between them. May be empty. */
  readonly text: string;
}

/** What is searched, by what, and what should be found. */
export interface BeirData {
  readonly documents: readonly BeirText[];
  /** Those that have judgements. */
  readonly queries: readonly BeirText[];
  /** By the id of the query, how much each judged document matters to it. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

const fail = (message: string): never => {
  throw new ModelError('DATA_INVALID', message);
};

const parseLine = (line: string, place: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = parseExactJson(line);
  } catch {
    return fail(`${place}: not JSON. Expected one object a line: {"_id": "...", "text": "..."}.`);
  }
  return isRecord(value) ? value : fail(`${place}: expected an object {"_id": "...", "text": "..."}.`);
};

/** @throws ModelError `DATA_INVALID`, naming the line */
const parseTexts = (content: string, name: string): BeirText[] => {
  const seen = new Set<string>();
  return splitLines(content).flatMap((line, i) => {
    if (isBlank(line)) return [];
    const place = `${name}, line ${i + 1}`;
    const { _id: id, title = '', text } = parseLine(line, place);
    if ((typeof id !== 'string' && typeof id !== 'number') || typeof text !== 'string' || typeof title !== 'string')
      return fail(`${place}: expected {"_id": "...", "title": "...", "text": "..."}, the title of documents only.`);
    if (seen.has(String(id))) return fail(`${place}: the id ${JSON.stringify(id)} came before; ids are unique.`);
    seen.add(String(id));
    return [{ id: String(id), text: `${title} ${text}`.trim() }];
  });
};

/** @throws ModelError `DATA_INVALID`, naming the line, also for ids that neither queries nor documents have */
const parseJudgements = (
  content: string,
  name: string,
  { documents, queries }: { readonly documents: ReadonlySet<string>; readonly queries: ReadonlySet<string> },
): Map<string, Map<string, number>> => {
  const judgements = new Map<string, Map<string, number>>();
  splitLines(content).forEach((line, i) => {
    if (isBlank(line)) return;
    const place = `${name}, line ${i + 1}`;
    const [query = '', document = '', grade = '', ...others] = line.split('\t');
    const isNumber = /^-?\d+(\.\d+)?$/.test(grade.trim());
    if (i === 0 && !isNumber && grade !== '') return; // its header
    if (others.length > 0 || !isNumber)
      fail(`${place}: expected the id of a query, the id of a document and a number, with tabs between them.`);
    if (!queries.has(query)) fail(`${place}: there is no query ${JSON.stringify(query)} in queries.jsonl.`);
    if (!documents.has(document)) fail(`${place}: there is no document ${JSON.stringify(document)} in corpus.jsonl.`);
    const of = judgements.get(query) ?? new Map<string, number>();
    of.set(document, Number(grade));
    judgements.set(query, of);
  });
  if (judgements.size === 0) fail(`${name} holds no judgement; expected a line for each.`);
  return judgements;
};

/** A file of a folder, packed with gzip or not. @throws ModelError `FILE_NOT_FOUND` */
const readPacked = async (folder: string, name: string): Promise<string> => {
  const source = directorySource(folder);
  const path = (await source.exists(name)) ? name : `${name}.gz`;
  if (await source.exists(path)) return decodeDataFile(await source.read(path), `${folder}/${path}`);
  throw new ModelError(
    'FILE_NOT_FOUND',
    `There is no ${name} (nor ${name}.gz) in ${folder}: expected a BEIR folder with corpus.jsonl, queries.jsonl and qrels/.`,
  );
};

/** Whether a path is a folder of documents to search. Node only. */
export const isBeirFolder = async (path: string): Promise<boolean> => {
  const source = directorySource(path);
  return (await source.exists('corpus.jsonl')) || (await source.exists('corpus.jsonl.gz'));
};

/**
 * Reads a BEIR folder: `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`, each packed with gzip or not. Node only.
 *
 * @param split name of the judgements. Default `test`
 * @throws ModelError `FILE_NOT_FOUND`; `DATA_INVALID`, naming the line: also for judgements of a query or a document that is not there
 */
export const readBeir = async (
  folder: string,
  { split = 'test' }: { readonly split?: string } = {},
): Promise<BeirData> => {
  const [documents, queries] = [
    parseTexts(await readPacked(folder, 'corpus.jsonl'), `${folder}/corpus.jsonl`),
    parseTexts(await readPacked(folder, 'queries.jsonl'), `${folder}/queries.jsonl`),
  ];
  const path = `qrels/${split}.tsv`;
  const ids = (texts: readonly BeirText[]): ReadonlySet<string> => new Set(texts.map(({ id }) => id));
  const known = { documents: ids(documents), queries: ids(queries) };
  const judgements = parseJudgements(await readPacked(folder, path), `${folder}/${path}`, known);
  return { documents, queries: queries.filter(({ id }) => judgements.has(id)), judgements };
};
