import type { Budget } from '../predictor/budget.js';
import { checkBudget } from '../predictor/budget.js';
import { ModelError } from '../errors.js';
import type { Read } from '../predictor/read-each.js';
import { readOne } from '../predictor/read-each.js';
import { documentWindows } from '../tasks/document-windows.js';
import type { WindowSizes } from '../tasks/document-windows.js';
import type { QuestionWindow } from '../tokenizer/question-windows.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import type { CreateRerankerOptions, RerankDocument, RerankOptions } from './reranking.js';

/** A query with a document, or with a part of a long one. */
export interface DocumentWindow {
  /** The document's place. */
  readonly document: number;
  readonly input: QuestionWindow;
}

/** Special tokens, and one each of a query and a document. */
const fewestTokens = 4;

const invalid = (message: string): never => {
  throw new ModelError('OPTION_INVALID', message);
};

const textOf = (document: RerankDocument, index: number): string => {
  const given: unknown = document;
  const text = typeof given === 'object' && given !== null && 'text' in given ? given.text : given;
  return typeof text === 'string'
    ? text
    : invalid(`Document ${index} is ${JSON.stringify(given) ?? typeof given}; expected a string, or { text }.`);
};

/**
 * Refuses what cannot be ranked.
 *
 * @throws ModelError `TEXT_EMPTY` for an empty query, `OPTION_INVALID` without documents, for a `topK` or a deadline that is none, for two
 * ways to choose what runs; `BUDGET_INVALID`
 */
export const checkRequest = (
  query: string,
  documents: readonly RerankDocument[],
  { topK, budget, point, cascade, deadlineMs }: RerankOptions,
): void => {
  if (typeof query !== 'string') invalid(`The query is a value of type ${typeof query}; expected a string.`);
  if (query.trim() === '')
    throw new ModelError('TEXT_EMPTY', 'The query is empty; expected the words that documents are searched for.');
  if (!Array.isArray(documents) || documents.length === 0)
    invalid('There are no documents to rank; expected a list of at least one.');
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    invalid(`topK is ${topK}; expected a whole number from 1.`);
  if (deadlineMs !== undefined && !(Number.isFinite(deadlineMs) && deadlineMs > 0))
    invalid(`deadlineMs is ${deadlineMs}; expected a number of milliseconds above 0.`);
  if (cascade !== undefined && !(Number.isInteger(cascade.keep) && cascade.keep >= 0))
    invalid(`The cascade keeps ${cascade.keep} documents; expected a whole number from 0.`);
  const ways = Object.entries({ budget, point, cascade }).filter(([, value]) => value !== undefined);
  if (ways.length > 1) invalid(`${ways.map(([name]) => name).join(' and ')} came together; give one of them.`);
  if (budget === undefined) return;
  checkBudget(budget);
  if ('latencyMs' in (budget as Budget)) invalid('The budget is latencyMs; for a time give deadlineMs.');
};

/**
 * Refuses windows that are none.
 *
 * @throws ModelError `OPTION_INVALID`
 */
export const checkWindows = ({
  windowLength,
  stride,
}: Pick<CreateRerankerOptions, 'windowLength' | 'stride'>): void => {
  if (windowLength !== undefined && !(Number.isInteger(windowLength) && windowLength >= fewestTokens))
    invalid(`windowLength is ${windowLength}; expected a whole number of tokens from ${fewestTokens}.`);
  if (stride !== undefined && !(Number.isInteger(stride) && stride >= 0))
    invalid(`stride is ${stride}; expected a whole number of tokens from 0.`);
};

/**
 * Documents as inputs with their query, long ones in windows; why one cannot be read stands in its place.
 *
 * @throws ModelError `OPTION_INVALID` for what is no document, `TEXT_TOO_LONG` for a query that leaves no room for any
 */
export const readDocuments = (
  tokenizer: Tokenizer,
  query: string,
  documents: readonly RerankDocument[],
  sizes: WindowSizes,
): Read<DocumentWindow[]>[] => {
  const windowsOf = documentWindows(tokenizer, query, sizes);
  return documents.map((document, index) => {
    const text = textOf(document, index);
    return readOne(true, () => windowsOf(text).map((input) => ({ document: index, input })));
  });
};

/** Where a window begins and ends in its document; undefined where the document is one window. */
export const placeOf = ({
  truncated,
  offsets,
  contextStart,
  contextEnd,
}: QuestionWindow): { readonly start: number; readonly end: number } | undefined => {
  if (!truncated) return undefined;
  const own = offsets.slice(contextStart, contextEnd).flatMap((offset) => (offset ? [offset] : []));
  const [first, last] = [own[0], own.at(-1)];
  return first && last && { start: first[0], end: last[1] };
};
