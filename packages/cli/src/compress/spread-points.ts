import { fullLength, isFullPoint } from '@length-adaptive/core';
import type { LengthAdaptiveFile, ParetoPoint } from '@length-adaptive/models';

const isFull = ({ point }: ParetoPoint): boolean => isFullPoint(point);

/** The full length as a point, with its score where the search tells it: no configuration scores less. */
const fullPoint = ({ search, paretoSet }: LengthAdaptiveFile, layers: number | undefined): ParetoPoint => {
  const own = search?.['full'] as Partial<ParetoPoint> | undefined;
  const highest = Math.max(...paretoSet.map(({ score }) => score));
  const point = layers === undefined ? {} : { lengths: fullLength(layers) };
  return { ...own, point, score: own?.score ?? highest, cost: 1 };
};

/**
 * `count` points of a Pareto set with costs spread evenly from the cheapest to the full length, which is the last. All of them where there are
 * no more.
 */
export const spreadPoints = (file: LengthAdaptiveFile, count: number): readonly ParetoPoint[] => {
  const { paretoSet } = file;
  const [first] = paretoSet;
  if (!first) return paretoSet;
  const full = paretoSet.find(isFull) ?? fullPoint(file, first.point.lengths?.length);
  const others = paretoSet.filter((point) => !isFull(point));
  if (others.length < count) return [...others, full];
  const chosen: ParetoPoint[] = [];
  for (let place = 0; place < count - 1; place += 1) {
    const wanted = first.cost + ((1 - first.cost) * place) / (count - 1);
    const nearest = others
      .filter((point) => !chosen.includes(point))
      .reduce((top, point) => (Math.abs(point.cost - wanted) < Math.abs(top.cost - wanted) ? point : top));
    chosen.push(nearest);
  }
  return [...chosen.sort((a, b) => a.cost - b.cost), full];
};
