import type { Bits, OperatingPoint } from '@length-adaptive/core';
import { isFullLength } from '@length-adaptive/core';
import type { Random } from '@length-adaptive/search';
import type { PointSpace } from './point-space.js';

/** One more thing that a point may say beside its lengths, chosen from a list. */
export interface Gene<Value> {
  readonly choices: readonly Value[];
  of(point: OperatingPoint): Value;
  /** The point with it; without where no token leaves, so that there is nothing to say. */
  at(point: OperatingPoint, value: Value): OperatingPoint;
  /** What a mutation makes of it. */
  move(value: Value, random: Random): Value;
  /** Whether there is something to say where no token leaves, too. Default false. */
  readonly ofEveryPoint?: boolean;
}

/** Mutations that leave the gene as it is and move the rest. */
const rest = 0.75;

/** A space of points that say one more thing; all else moves as it does in `space`. */
export const withGene = <Value>(
  space: PointSpace,
  { choices, of, at: place, move, ofEveryPoint = false }: Gene<Value>,
): PointSpace => {
  const at = (point: OperatingPoint, value: Value): OperatingPoint => {
    const { lengths = [] } = point;
    return place(point, isFullLength(lengths) && !ofEveryPoint ? (choices[0] as Value) : value);
  };
  return {
    initial: (random, index) =>
      at(space.initial(random, index), choices[random.integer(0, choices.length - 1)] as Value),
    repair: (point) => at(space.repair(point), of(point)),
    mutate: (point, random) =>
      random.next() < rest
        ? at(space.mutate(point, random), of(point))
        : at(space.repair(point), move(of(point), random)),
    crossover: (a, b, random) =>
      space.crossover(a, b, random).map((child) => at(child, random.next() < 0.5 ? of(a) : of(b))),
    key: space.key,
  };
};

/**
 * The reducer of a point among several, by name.
 *
 * @param own that of the model, which points need not name
 */
export const reducerGene = (names: readonly string[], own: string): Gene<string> => {
  const of = ({ reducer = own }: OperatingPoint): string => (names.includes(reducer) ? reducer : (names[0] as string));
  return {
    choices: names,
    of,
    at: ({ reducer: _, ...point }, name) =>
      name === own || isFullLength(point.lengths ?? []) ? point : { ...point, reducer: name },
    move: (name, random) => {
      const others = names.filter((other) => other !== name);
      return others.length === 0 ? name : (others[random.integer(0, others.length - 1)] as string);
    },
  };
};

/** Tokens that lengths need not count. */
const floors = [0, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** The floor of a point's lengths: none, or one that is less than the longest of the inputs, so that anything leaves at all. */
export const floorGene = (longest: number): Gene<number> => {
  const choices = floors.filter((floor) => floor === 0 || floor < longest);
  const near = (floor: number): number =>
    choices.reduce((best, choice) => (Math.abs(choice - floor) < Math.abs(best - floor) ? choice : best));
  return {
    choices,
    of: ({ floor = 0 }) => near(floor),
    at: ({ floor: _, ...point }, floor) => (floor === 0 ? point : { ...point, floor }),
    move: (floor, random) => {
      const to = choices.indexOf(near(floor)) + (random.next() < 0.5 ? -1 : 1);
      return choices[Math.min(Math.max(to, 0), choices.length - 1)] as number;
    },
  };
};

/** The bits of a point: those of the model, which points need not name, or 8. */
export const bitsGene: Gene<Bits> = {
  choices: [32, 8],
  of: ({ bits = 32 }) => bits,
  at: ({ bits: _, ...point }, bits) => (bits === 32 ? point : { ...point, bits }),
  move: (bits) => (bits === 32 ? 8 : 32),
  ofEveryPoint: true,
};
