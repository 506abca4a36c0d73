/** Documents that are ranked for a query, made of texts without labels: what a reranker is adapted on. */
import { ModelError } from '../errors.js';
import { readDocuments } from './read-request.js';
import type { LabelledInput } from '../tasks/labelled-input.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { createBm25 } from './bm25.js';

/** A text of a corpus. */
export interface CorpusText {
  readonly text: string;
  readonly title?: string | undefined;
}

/** A query with documents that a first search finds for it. */
export interface QueryDocuments {
  readonly query: string;
  readonly documents: readonly string[];
}

export interface CandidateListsOptions {
  /** What is searched for. Default: the title of each text or, of one without, its first sentence. */
  readonly queries?: readonly string[] | undefined;
  /** Documents of a list, the first hits of BM25. Default 8. */
  readonly candidates?: number | undefined;
}

/** Words that a sentence is taken for a query of. */
const longestQuery = 32;

/** The first sentence of a text, or its first words. */
const firstSentence = (text: string): string => {
  const [sentence = ''] = text.trim().split(/(?<=[.!?])\s/u);
  return sentence.split(/\s+/u).slice(0, longestQuery).join(' ');
};

/**
 * A list of hits for each query: its documents are texts of the corpus, without their titles. Queries that find fewer than two are left out,
 * since there is no order to learn.
 *
 * @throws ModelError `OPTION_INVALID` for fewer than two candidates
 */
export const candidateLists = (
  corpus: readonly CorpusText[],
  { queries, candidates = 8 }: CandidateListsOptions = {},
): QueryDocuments[] => {
  if (!(Number.isInteger(candidates) && candidates >= 2))
    throw new ModelError('OPTION_INVALID', `candidates is ${candidates}; expected a whole number from 2.`);
  const texts = corpus.map(({ text }) => text);
  const index = createBm25(texts);
  const asked = queries ?? corpus.map(({ title, text }) => (title?.trim() ? title : firstSentence(text)));
  return asked.flatMap((query) => {
    const documents = index.search(query, candidates).map((place) => texts[place] ?? '');
    return documents.length < 2 ? [] : [{ query, documents }];
  });
};

/**
 * Lists as inputs, each query with the beginning of each of its documents.
 *
 * @throws ModelError `TEXT_TOO_LONG` for a query that leaves no room for a document
 */
export const encodeLists = (
  tokenizer: Tokenizer,
  lists: readonly QueryDocuments[],
  { maxLength }: { readonly maxLength: number },
): LabelledInput[] =>
  lists.flatMap(({ query, documents }, list) =>
    readDocuments(tokenizer, query, documents, { maxLength }).flatMap(({ value }): LabelledInput[] => {
      const [first] = value ?? [];
      return first ? [{ input: { ids: first.input.ids, typeIds: first.input.typeIds }, list }] : [];
    }),
  );
