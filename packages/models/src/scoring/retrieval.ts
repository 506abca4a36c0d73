/** How well vectors find documents: what a folder of documents and queries is evaluated by. */
import { dot, unit } from '../metrics/vectors.js';
import type { FoundDocument, RetrievalMetricName } from '../metrics/retrieval.js';
import { ranked, scoreRankings } from '../metrics/retrieval.js';
import type { BeirData } from '../datasets/beir.js';

/** Documents that are ranked for each query: as many as evaluations of retrieval look at. */
const rankedAtMost = 1000;

/** Vectors of texts by the id of the text; a text without one is never found, and finds nothing. */
export type VectorsById = ReadonlyMap<string, ArrayLike<number>>;

/** The documents nearest to a vector by cosine, best first. All vectors have length 1. */
const nearest = (vector: Float32Array, documents: readonly (readonly [string, Float32Array])[], most: number) =>
  ranked(documents.map(([id, other]): FoundDocument => ({ id, score: dot(vector, other) }))).slice(0, most);

/**
 * The documents nearest to each query by the cosine of their vectors, best first, at most 1,000. A document that has the id of the query is
 * the query itself, and is left out.
 */
export const rankDocuments = (
  documents: VectorsById,
  queries: VectorsById,
  most = rankedAtMost,
): Map<string, FoundDocument[]> => {
  const units = [...documents].map(([id, vector]) => [id, unit(vector)] as const);
  return new Map(
    [...queries].map(([query, vector]) => [
      query,
      nearest(
        unit(vector),
        units.filter(([id]) => id !== query),
        most,
      ),
    ]),
  );
};

/** Every retrieval metric of vectors on documents and queries. */
export const scoreRetrieval = (
  documents: VectorsById,
  queries: VectorsById,
  { judgements }: Pick<BeirData, 'judgements'>,
): Record<RetrievalMetricName, number> => scoreRankings(rankDocuments(documents, queries), judgements);
