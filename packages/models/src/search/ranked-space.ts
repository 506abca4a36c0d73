import type { OperatingPoint, Ranks } from '@length-adaptive/core';
import { rankKinds } from '@length-adaptive/core';
import type { Random } from '@length-adaptive/search';
import { checkRanks } from '../folder/low-rank.js';
import type { RankedModel } from '../folder/low-rank.js';
import { ModelError } from '../errors.js';
import type { PointSpace } from './point-space.js';

/** What a search may choose of a point. */
export type Spend = 'lengths' | 'floor' | 'depth' | 'ranks' | 'bits';

/** Shares of break-even ranks that a search chooses among, where the model has them. */
const levels = [1, 0.85, 0.75, 0.6, 0.5, 0.4, 0.3, 0.25];

/** One share for attention and one for the feed-forward blocks, for every layer. */
const ranksOf = (layers: number, attention: number, feedForward: number): Ranks => ({
  attention: new Array<number>(layers).fill(attention),
  feedForward: new Array<number>(layers).fill(feedForward),
});

/** A point without ranks where all matrices run as they are. */
const withRanks = ({ ranks: _, ...point }: OperatingPoint, layers: number, shares: Shares): OperatingPoint => ({
  ...point,
  ...(shares.some((share) => share < 1) && { ranks: ranksOf(layers, ...shares) }),
});

type Shares = readonly [attention: number, feedForward: number];

const runs = (model: RankedModel, ranks: Ranks): boolean => {
  try {
    checkRanks({ ranks }, model);
    return true;
  } catch {
    return false;
  }
};

/** What a search over ranks needs beside a space of lengths. */
export interface RankedSpace extends PointSpace {
  /** The shares that a point chooses, of attention and of the feed-forward blocks. */
  shares(point: OperatingPoint): readonly number[];
  /** Points at lengths, as they are and at a few ranks. */
  seeds(points: readonly OperatingPoint[]): readonly OperatingPoint[];
}

/**
 * A space of points with ranks: lengths move as they do in `space`, and two shares of break-even ranks, one for attention and one for the
 * feed-forward blocks, each to a neighbour among the levels that the model has factors for.
 *
 * @throws ModelError `OPTION_INVALID` for a model that has nothing to choose
 */
export const rankedSpace = (space: PointSpace, model: RankedModel): RankedSpace => {
  const { layers, ranks: own } = model.dimensions;
  const choices = rankKinds.map((kind) =>
    [...new Set([own?.[kind][0] ?? 1, ...levels])]
      .sort((a, b) => b - a)
      .filter((share) => {
        const attention = kind === 'attention' ? share : (own?.attention[0] ?? 1);
        const feedForward = kind === 'feedForward' ? share : (own?.feedForward[0] ?? 1);
        return runs(model, ranksOf(layers, attention, feedForward));
      }),
  ) as [number[], number[]];
  if (choices.every(({ length }) => length < 2))
    throw new ModelError(
      'OPTION_INVALID',
      'The search is to spend ranks, and the model has no factors of several ranks. Make factors of its matrices first (lat factorise), or spend lengths alone.',
    );
  const top = choices.map(([largest = 1]) => largest) as [number, number];
  const sharesOf = ({ ranks }: OperatingPoint): Shares => [
    ranks?.attention[0] ?? top[0],
    ranks?.feedForward[0] ?? top[1],
  ];
  const at = (point: OperatingPoint, shares: Shares): OperatingPoint =>
    shares[0] === top[0] && shares[1] === top[1] ? withRanks(point, layers, [1, 1]) : withRanks(point, layers, shares);
  const near = (kind: 0 | 1, share: number): number =>
    choices[kind].reduce((best, level) => (Math.abs(level - share) < Math.abs(best - share) ? level : best));
  const step = (kind: 0 | 1, share: number, random: Random): number => {
    const from = choices[kind].indexOf(near(kind, share));
    const to = from + (random.next() < 0.5 ? -1 : 1);
    return choices[kind][Math.min(Math.max(to, 0), choices[kind].length - 1)] as number;
  };
  const draw = (kind: 0 | 1, random: Random): number =>
    choices[kind][random.integer(0, choices[kind].length - 1)] as number;
  return {
    initial: (random, index) => at(space.initial(random, index), [draw(0, random), draw(1, random)]),
    repair: (point) => {
      const [attention, feedForward] = sharesOf(point);
      return at(space.repair(point), [near(0, attention), near(1, feedForward)]);
    },
    mutate: (point, random) => {
      const shares = sharesOf(point);
      const what = random.integer(0, 3); // half of the moves are of lengths
      if (what < 2) return at(space.mutate(point, random), shares);
      const kind = what === 2 ? 0 : 1;
      const moved = step(kind, shares[kind], random);
      return at(space.repair(point), kind === 0 ? [moved, shares[1]] : [shares[0], moved]);
    },
    crossover: (a, b, random) => {
      const [one, other] = [sharesOf(a), sharesOf(b)];
      return space
        .crossover(a, b, random)
        .map((child) => at(child, [random.next() < 0.5 ? one[0] : other[0], random.next() < 0.5 ? one[1] : other[1]]));
    },
    key: space.key,
    shares: sharesOf,
    seeds: (points) =>
      [1, 0.75, 0.5].flatMap((part) =>
        points.map((point) => at(point, [near(0, part * top[0]), near(1, part * top[1])])),
      ),
  };
};
