import type { RerankDocument, Reranker, RerankOptions, Reranking } from '@length-adaptive/models/predict';

/** What puts documents in order. */
export type DocumentReranker = Pick<Reranker, 'rerank'>;

/** How documents are put in order. */
export interface RankingOptions extends Pick<RerankOptions, 'budget' | 'point' | 'cascade' | 'deadlineMs'> {
  /** Most documents to give. Default: all of them. */
  readonly topN?: number | undefined;
}

/** How a call ranks that may say so itself: what it says goes before its model's options, and a way to choose what runs in place of any of theirs. */
export const rankingOfCall = (
  { topN, budget, point, cascade, deadlineMs }: RankingOptions,
  call: Omit<RankingOptions, 'topN'>,
): RankingOptions => {
  const chooses = [call.budget, call.point, call.cascade].some((way) => way !== undefined);
  return {
    topN,
    ...(chooses ? { budget: call.budget, point: call.point, cascade: call.cascade } : { budget, point, cascade }),
    deadlineMs: call.deadlineMs ?? deadlineMs,
  };
};

/** The number of a document, and how relevant it is; without a score where a deadline left no time for it, or where it cannot be read. */
export interface Ranked {
  readonly index: number;
  readonly score?: number;
}

/** Every document of a ranking once: those that were scored, the best first, then the others in the order in which they came. */
export const everyDocument = ({ results, unseen, failed }: Reranking): Ranked[] => [
  ...results.map(({ index, score }) => ({ index, score })),
  ...[...unseen, ...failed.map(({ index }) => index)].sort((a, b) => a - b).map((index) => ({ index })),
];

/**
 * Documents in the order of their relevance; none of none.
 *
 * @throws ModelError what `rerank` throws
 */
export const rankDocuments = async (
  reranker: DocumentReranker,
  { query, documents }: { readonly query: string; readonly documents: readonly RerankDocument[] },
  { topN, ...options }: RankingOptions = {},
): Promise<Ranked[]> => {
  if (documents.length === 0) return [];
  return everyDocument(await reranker.rerank(query, documents, options)).slice(0, topN);
};
