import type { LengthConfig, OperatingPoint } from '@length-adaptive/core';
import { fullLength, lengthsOf, pointKey } from '@length-adaptive/core';
import type { DescendingVector, Space } from '@length-adaptive/search';

/** The operators of a space that move in it, over points. */
export type PointSpace = Required<Pick<Space<OperatingPoint>, 'initial' | 'repair' | 'mutate' | 'crossover' | 'key'>>;

/** A space of operating points whose lengths move as `genes` do: the same choices are made of the same random numbers. */
export const pointSpace = (genes: DescendingVector, layers: number): PointSpace => {
  const of = (point: OperatingPoint): LengthConfig => lengthsOf(point, layers);
  const withLengths = (lengths: LengthConfig): OperatingPoint => ({ lengths });
  return {
    initial: (random) => withLengths(genes.initial(random)),
    repair: (point) => ({ ...point, lengths: genes.repair(of(point)) }),
    mutate: (point, random) => ({ ...point, lengths: genes.mutate(of(point), random) }),
    crossover: (a, b, random) => genes.crossover(of(a), of(b), random).map(withLengths),
    key: pointKey,
  };
};

/** The same of points that keep every token, for searches that spend other things alone. */
export const fullLengthSpace = (layers: number): PointSpace => {
  const full = (point: OperatingPoint): OperatingPoint => ({ ...point, lengths: fullLength(layers) });
  return {
    initial: () => full({}),
    repair: full,
    mutate: full,
    crossover: () => [full({})],
    key: pointKey,
  };
};
