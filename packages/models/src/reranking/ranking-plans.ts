import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { fullLength } from '@length-adaptive/core/lengths';
import type { LengthAdaptiveFile, ParetoPoint } from '../folder/length-adaptive-file.js';
import { readCascades, searchedInOrder } from './cascade-record.js';
import { latePoints } from './late-points.js';
import type { MeasuredCascade } from './reranking.js';

/** What the rankings of a model are planned from. */
export interface RankingPlans {
  readonly full: OperatingPoint;
  /** Points to choose from, the cheapest first: the searched ones, else some that leave the first third of the layers whole. Scores that nobody measured are NaN. */
  readonly points: readonly ParetoPoint[];
  /** Cascades that were searched, the cheapest first. */
  readonly cascades: readonly MeasuredCascade[];
  /** Whether the order in which documents come is fused with the model's, where they are not scored at the full length. */
  readonly fuses: boolean;
}

/** A model whose rankings are planned. */
export interface RankingModel {
  readonly layers: number;
  /** What its files say of it. */
  readonly file: LengthAdaptiveFile | undefined;
  /** Points of its search that it can run, the cheapest first. */
  readonly searched: readonly ParetoPoint[];
  /** The point that is its full length where its layers shorten by themselves. */
  readonly builtIn?: OperatingPoint | undefined;
  /** Whether it can run a point of a cascade as it was opened. */
  runs(point: OperatingPoint): boolean;
  /** Share of the full length's MACs of an input as long as it reads. */
  shareAt(point: OperatingPoint): number;
}

/**
 * What the rankings of a model are planned from, with {@link choosePlan} and {@link planWithin}.
 *
 * @param ordered whether documents come in the order of a first search. Default: whether its cascades were searched so; those that were searched otherwise
 * are left out
 * @throws ModelError `FILE_INVALID` for cascades that are none
 */
export const rankingPlans = (
  { layers, file, searched, builtIn, runs, shareAt }: RankingModel,
  { ordered }: { readonly ordered?: boolean | undefined } = {},
): RankingPlans => {
  const full: OperatingPoint = builtIn ?? { lengths: fullLength(layers) };
  const unsearched = [...(builtIn ? [] : latePoints(layers)), full].map((point) => ({
    point,
    score: Number.NaN,
    cost: shareAt(point),
  }));
  const wasOrdered = searchedInOrder(file);
  const fuses = ordered ?? wasOrdered;
  const measured = readCascades(file, layers).filter(({ point }) => runs(point));
  return {
    full,
    points: searched.length > 0 ? searched : unsearched,
    cascades: fuses === wasOrdered ? measured : [],
    fuses,
  };
};
