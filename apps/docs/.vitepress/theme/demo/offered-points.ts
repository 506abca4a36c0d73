import type { WorkerPredictor } from '@length-adaptive/models/worker';

type SearchedPoint = WorkerPredictor['paretoSet'][number];

/** How far a score may be below that of the full length, in the score's own unit. */
export interface Losses {
  /** Points that lose more are not offered. */
  readonly offered: number;
  /** The cheapest that loses no more is recommended. */
  readonly recommended: number;
}

interface Offered {
  /** Its score on data that the search did not see; what the search measured of a model that was not scored again. */
  readonly shownScore: number;
  readonly recommended: boolean;
}

export type OfferedPoint<Point extends SearchedPoint = SearchedPoint> = Point & Offered;

/** Scores are rounded when they are stored. */
const slack = 1e-9;

/**
 * What the slider goes over, from the full length down: the points that lose no more than was said. One is recommended: the cheapest within the narrower loss; the
 * full length where no other is.
 *
 * @param paretoSet the cheapest first, the full length last
 */
export const offeredPoints = <Point extends SearchedPoint>(
  paretoSet: readonly Point[],
  { offered, recommended }: Losses,
): OfferedPoint<Point>[] => {
  const scoreOf = ({ heldOutScore, score }: SearchedPoint): number => heldOutScore ?? score;
  const full = paretoSet.at(-1);
  if (!full) return [];
  const within = (loss: number) => (point: SearchedPoint) => scoreOf(point) >= scoreOf(full) - loss - slack;
  const best = paretoSet.find(within(recommended));
  return paretoSet
    .filter(within(offered))
    .map((point) => ({ ...point, shownScore: scoreOf(point), recommended: point === best }))
    .reverse();
};

/** Where the slider stands at first: at what is recommended, or one below the full length where that is. */
export const startStep = (points: readonly OfferedPoint[]): number =>
  Math.max(
    points.findIndex(({ recommended }) => recommended),
    Math.min(1, points.length - 1),
  );

/** The step whose cost is nearest to one that a link names. */
export const nearestStep = (points: readonly OfferedPoint[], cost: number): number =>
  points.reduce(
    (best, point, step) => (Math.abs(point.cost - cost) < Math.abs((points[best]?.cost ?? 1) - cost) ? step : best),
    0,
  );
