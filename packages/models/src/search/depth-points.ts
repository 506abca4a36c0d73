import type { OperatingPoint } from '@length-adaptive/core';
import { fullLength, pointKey } from '@length-adaptive/core';

/** Layers that stay when so many do: the first and the last, and those between them evenly. */
const evenly = (layers: number, count: number): readonly number[] =>
  count === 1 ? [0] : Array.from({ length: count }, (_, i) => Math.round((i * (layers - 1)) / (count - 1)));

/**
 * Points of a model of `layers` layers that leave whole layers out and keep every token: of each number of layers the last ones, and as many
 * that lie evenly between the first and the last. Where layers are what is to be saved, these are what people do without a search.
 *
 * @example
 * depthPoints(3).map(({ skip }) => skip); // [[2], [1], [1, 2]]
 */
export const depthPoints = (layers: number): OperatingPoint[] => {
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const points = all.slice(1).flatMap((out) => {
    const kept = evenly(layers, layers - out);
    return [all.slice(layers - out), all.filter((layer) => !kept.includes(layer))].map((skip) => ({
      lengths: fullLength(layers),
      skip,
    }));
  });
  return [...new Map(points.map((point) => [pointKey(point), point])).values()];
};
