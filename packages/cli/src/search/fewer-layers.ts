import { isFullLength, leavesLayersOut, pointKey } from '@length-adaptive/core';
import type { OperatingPoint } from '@length-adaptive/core';
import type { LengthSearchResult, ParetoPoint } from '@length-adaptive/models';
import { depthPoints, macsShare, pointScorer } from '@length-adaptive/models';
import { paretoFront } from '@length-adaptive/search';
import type { ReportedPoint } from './reported-point.js';
import type { SearchWork } from './search-work.js';

/** Whether a point leaves layers out and nothing else. */
const isDepthOnly = ({ lengths, ranks, bits, ...point }: OperatingPoint): boolean =>
  leavesLayersOut(point) &&
  ranks === undefined &&
  bits === undefined &&
  (lengths === undefined || isFullLength(lengths));

/**
 * The best points that leave whole layers out and keep every token, which is what a searched point has to beat: those that no other of them
 * beats in score and MACs, fewest MACs first. Scored are the model without its last layers, and without as many that lie evenly between
 * others; those that the search itself found count, too.
 *
 * @returns nothing of a model that always runs all of its layers
 * @throws ModelError `ABORTED`
 */
export const scoreFewerLayers = async (
  { paretoSet }: LengthSearchResult,
  { settings, context, opened, data, score }: SearchWork,
): Promise<readonly ParetoPoint[]> => {
  const { model } = opened;
  if (!settings.fewerLayers || model.builtIn || model.runsAllLayers) return [];
  const found = paretoSet.filter(({ point }) => isDepthOnly(point));
  const known = new Set(found.map(({ point }) => pointKey(point)));
  const points = depthPoints(model.dimensions.layers).filter((point) => !known.has(pointKey(point)));
  const progress = context.progress('fewer layers', 'configurations');
  const scorer = score ?? pointScorer(model, data, settings.metric);
  let scored = 0;
  try {
    const scores = await scorer(points, {
      keys: points.map(pointKey),
      signal: context.signal,
      onScore: () => progress.update(++scored, points.length),
    });
    const lengths = data.map(({ input }) => input.ids.length);
    const own = points.map((point, i) => ({
      point,
      score: scores[i] ?? Number.NaN,
      cost: macsShare(model, point, lengths),
    }));
    const directions = { score: 'maximize', cost: 'minimize' } as const;
    const front = paretoFront([...found, ...own], directions, {
      objectives: ({ score: value, cost }) => ({ score: value, cost }),
    });
    return [...front].sort((a, b) => a.cost - b.cost);
  } finally {
    progress.end();
  }
};

/** A point with fewer layers beside what the Pareto set has for no more. */
export interface FewerLayersRow {
  /** `4 of 6`. */
  readonly layers: string;
  readonly point: ReportedPoint;
  /** The best of the set that costs no more, by its number; undefined where all cost more. */
  readonly rival: { readonly number: number; readonly point: ReportedPoint } | undefined;
}

/** The points with fewer layers, each beside the best of the Pareto set that costs no more. */
export const fewerLayersRows = ({
  full,
  fewerLayers,
  paretoSet,
}: {
  readonly full: ReportedPoint;
  readonly fewerLayers: readonly ReportedPoint[];
  readonly paretoSet: readonly ReportedPoint[];
}): FewerLayersRow[] => {
  const depth = full.point.lengths?.length ?? 0;
  return fewerLayers.map((point) => {
    const within = paretoSet
      .map((own, number) => ({ number, point: own }))
      .filter(({ point: { cost } }) => cost <= point.cost)
      .sort((a, b) => b.point.score - a.point.score);
    return {
      layers: `${depth - (point.point.skip?.length ?? 0)} of ${depth}`,
      point,
      rival: within[0],
    };
  });
};
