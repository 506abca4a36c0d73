/** Scores of rankings against judgements, as trec_eval defines them. */
import { mean } from './mean.js';

/** How much each judged document matters to a query, by the document's id; from 1 on it is relevant. */
export type Judgements = ReadonlyMap<string, number>;

/** A document that was found, and how near it is. */
export interface FoundDocument {
  readonly id: string;
  readonly score: number;
}

/**
 * Documents in the order in which they are judged: by score, the largest first; of equal scores the one whose id is last in the alphabet first,
 * as trec_eval has them, so that no order in which they came decides.
 */
export const ranked = (found: readonly FoundDocument[]): FoundDocument[] =>
  [...found].sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));

const gainOf = (judgements: Judgements, id: string): number => Math.max(0, judgements.get(id) ?? 0);

const discounted = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);

const relevantIn = (judgements: Judgements): number => [...judgements.values()].filter((gain) => gain > 0).length;

const isRelevant = (judgements: Judgements, { id }: FoundDocument): boolean => gainOf(judgements, id) > 0;

/**
 * Normalised discounted cumulative gain of the first k: the gains themselves (not powers of two), divided by the logarithm of their place, as a
 * share of the best order there is of all judged documents.
 *
 * @param ranking best first
 */
export const ndcgAt = (ranking: readonly FoundDocument[], judgements: Judgements, k: number): number => {
  const best = [...judgements.values()].filter((gain) => gain > 0).sort((a, b) => b - a);
  const ideal = discounted(best.slice(0, k));
  return ideal === 0 ? 0 : discounted(ranking.slice(0, k).map(({ id }) => gainOf(judgements, id))) / ideal;
};

/** The mean, over all relevant documents, of the share of relevant ones down to each that was found; those that were not found count 0. */
export const averagePrecision = (ranking: readonly FoundDocument[], judgements: Judgements): number => {
  let [found, sum] = [0, 0];
  ranking.forEach((document, i) => {
    if (!isRelevant(judgements, document)) return;
    found += 1;
    sum += found / (i + 1);
  });
  const relevant = relevantIn(judgements);
  return relevant === 0 ? 0 : sum / relevant;
};

/** One over the place of the first relevant document among the first k; 0 where there is none. */
export const reciprocalRankAt = (ranking: readonly FoundDocument[], judgements: Judgements, k: number): number => {
  const place = ranking.slice(0, k).findIndex((document) => isRelevant(judgements, document));
  return place < 0 ? 0 : 1 / (place + 1);
};

/** Share of the relevant documents that are among the first k. */
export const recallAt = (ranking: readonly FoundDocument[], judgements: Judgements, k: number): number => {
  const relevant = relevantIn(judgements);
  return relevant === 0 ? 0 : ranking.slice(0, k).filter((found) => isRelevant(judgements, found)).length / relevant;
};

/** What rankings are scored by: all of them the mean over the judged queries. */
export type RetrievalMetricName = 'ndcg@10' | 'map' | 'mrr@10' | 'recall@10' | 'recall@100';

export const retrievalMetrics: Readonly<
  Record<RetrievalMetricName, (ranking: readonly FoundDocument[], judgements: Judgements) => number>
> = {
  'ndcg@10': (ranking, judgements) => ndcgAt(ranking, judgements, 10),
  map: averagePrecision,
  'mrr@10': (ranking, judgements) => reciprocalRankAt(ranking, judgements, 10),
  'recall@10': (ranking, judgements) => recallAt(ranking, judgements, 10),
  'recall@100': (ranking, judgements) => recallAt(ranking, judgements, 100),
};

/**
 * The mean of every retrieval metric over all queries that have judgements.
 *
 * @param rankings of each query by its id, in any order; a query without one found nothing
 */
export const scoreRankings = (
  rankings: ReadonlyMap<string, readonly FoundDocument[]>,
  judgements: ReadonlyMap<string, Judgements>,
): Record<RetrievalMetricName, number> => {
  const queries = [...judgements].map(([id, judged]) => ({ judged, ranking: ranked(rankings.get(id) ?? []) }));
  const names = Object.keys(retrievalMetrics) as RetrievalMetricName[];
  return Object.fromEntries(
    names.map((name) => [name, mean(queries.map(({ ranking, judged }) => retrievalMetrics[name](ranking, judged)))]),
  ) as Record<RetrievalMetricName, number>;
};
