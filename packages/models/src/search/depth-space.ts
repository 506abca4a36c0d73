import type { OperatingPoint } from '@length-adaptive/core';
import { lengthsOf } from '@length-adaptive/core';
import type { Random } from '@length-adaptive/search';
import type { PointSpace } from './point-space.js';

/** What a search over layers needs beside a space of lengths. */
export interface DepthSpace extends PointSpace {
  /** For each layer 1 where it runs, 0 where it is left out. */
  running(point: OperatingPoint): readonly number[];
}

/**
 * A space of points that may leave layers out: lengths move as they do in `space`, and layers leave and come back one at a time. The lengths of
 * a layer that is left out are those of the layer before.
 */
export const depthSpace = (space: PointSpace, layers: number): DepthSpace => {
  const running = ({ skip = [] }: OperatingPoint): number[] =>
    Array.from({ length: layers }, (_, layer) => (skip.includes(layer) ? 0 : 1));
  /** A point that runs these layers; where none would run, the first does. */
  const at = ({ skip: _, ...point }: OperatingPoint, runs: readonly number[]): OperatingPoint => {
    const kept = runs.some((flag) => flag === 1) ? runs : runs.map((__, layer) => (layer === 0 ? 1 : 0));
    const skip = kept.flatMap((flag, layer) => (flag === 1 ? [] : [layer]));
    return skip.length === 0 ? point : { ...point, skip, lengths: lengthsOf({ ...point, skip }, layers) };
  };
  const draw = (random: Random): number[] => {
    const out = random.next() / 2; // as many as half of them on average, where a model is to lose the most
    return Array.from({ length: layers }, () => (random.next() < out ? 0 : 1));
  };
  return {
    initial: (random, index) => at(space.initial(random, index), draw(random)),
    repair: (point) => at(space.repair(point), running(point)),
    mutate: (point, random) => {
      const runs = running(point);
      if (random.next() < 0.5) return at(space.mutate(point, random), runs);
      const layer = random.integer(0, layers - 1);
      return at(
        space.repair(point),
        runs.map((flag, i) => (i === layer ? 1 - flag : flag)),
      );
    },
    crossover: (a, b, random) => {
      const [one, other] = [running(a), running(b)];
      return space.crossover(a, b, random).map((child) =>
        at(
          child,
          one.map((flag, layer) => (random.next() < 0.5 ? flag : (other[layer] as number))),
        ),
      );
    },
    key: space.key,
    running,
  };
};
