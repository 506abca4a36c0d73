/** The cascades that are looked at, which of them is best at a cost, and how good their rankings are. */
import type { OperatingPoint } from '@length-adaptive/core';
import { constantRatioConfig, formatPoint } from '@length-adaptive/core';
import type { Cascade, MeasuredCascade, Reranker } from '@length-adaptive/models';
import type { Candidates } from './candidates.js';
import { gainAt } from './candidates.js';

/** Points whose cascades are looked at: shares that shrink evenly, and such that leave the first third of the layers whole. */
export const pointsFor = (layers: number): OperatingPoint[] => [
  ...[0.9, 0.8, 0.7, 0.6, 0.5].map((share) => ({ lengths: constantRatioConfig(layers, share) })),
  ...[0.12, 0.3, 0.5].map((share) => ({
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
