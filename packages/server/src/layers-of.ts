import type { ParetoPoint } from '@length-adaptive/models';

/** Layers of the model of a Pareto set, by the first point that says something of each; undefined where none does. */
export const layersOf = (paretoSet: readonly Pick<ParetoPoint, 'point'>[]): number | undefined =>
  paretoSet.flatMap(({ point: { lengths, ranks } }) => (lengths ?? ranks?.attention)?.length ?? [])[0];
