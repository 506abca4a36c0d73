/** The cascades that are looked at, which of them is best at a cost, and how good their rankings are. */
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig, formatPoint } from '@length-adaptive/core';
import type { Cascade, MeasuredCascade, Reranker } from '@length-adaptive/models';
import type { Candidates } from './candidates.js';
import { gainAt } from './candidates.js';

/** Points whose cascades are looked at: shares that shrink evenly, one share from the first layer on, and such that leave the first third of the layers whole. */
export const pointsFor = (layers: number): OperatingPoint[] => [
  ...[0.8, 0.7, 0.6].map((share) => ({ lengths: constantRatioConfig(layers, share) })),
  ...[0.45, 0.35, 0.25, 0.15].map((share) => ({ lengths: Array.from({ length: layers }, () => share) })),
  ...[0.12, 0.3].map((share) => ({
    lengths: Array.from({ length: layers }, (_, layer) => (layer < Math.ceil(layers / 3) ? 1 : share)),
  })),
];

/** Of the cascades within a share of the cost, the one nearest to the full length. */
export const bestWithin = (cascades: readonly MeasuredCascade[], cost: number): MeasuredCascade => {
  const within = cascades.filter((cascade) => cascade.cost <= cost);
  const best = within.reduce<MeasuredCascade | undefined>(
    (top, found) => (top === undefined || found.fidelity > top.fidelity ? found : top),
    undefined,
  );
  if (best === undefined) throw new Error(`no cascade costs ${cost} or less`);
  return best;
};

/** A cascade in words: what runs. */
export const describeCascade = ({ keep, point }: Cascade): string =>
  `${keep > 0 ? `best ${keep} again at full length after ` : ''}${formatPoint(point)}`;

/** What rankings are worth on labelled lists, and their share of the full cost. */
interface Scored {
  readonly ndcg: number;
  readonly cost: number;
}

/** The honest rival of every cascade: the first so many candidates at the full length, and the others as they came. */
export const scoreFirst = async (reranker: Reranker, lists: readonly Candidates[], count: number): Promise<Scored> => {
  let [gain, cost] = [0, 0];
  for (const { query, documents, relevant } of lists) {
    const { results } = await reranker.rerank(query, documents.slice(0, count));
    gain += gainAt(relevant < count ? results.findIndex(({ index }) => index === relevant) : relevant);
    cost += Math.min(1, count / documents.length);
  }
  return { ndcg: gain / lists.length, cost: cost / lists.length };
};

export const scoreOn = async (
  reranker: Reranker,
  lists: readonly Candidates[],
  cascade: Cascade | undefined,
): Promise<Scored> => {
  let [gain, cost] = [0, 0];
  for (const { query, documents, relevant } of lists) {
    const ranking = await reranker.rerank(query, documents, { cascade });
    gain += gainAt(ranking.results.findIndex(({ index }) => index === relevant));
    cost += ranking.cost;
  }
  return { ndcg: gain / lists.length, cost: cost / lists.length };
};
