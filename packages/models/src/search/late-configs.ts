import type { LengthConfig } from '@length-adaptive/core';

/** What the first layer that drops keeps. */
const shares = [0.5, 0.3, 0.15];

/**
 * Configurations that keep every token for two thirds of the layers, and half or less from there on, again half as many in the last
 * layer. Where a model answers from single tokens, as to questions, attention tells late which they are, and shapes like these
 * beat those that drop evenly.
 *
 * @example
 * lateConfigs(6)[0]; // [1, 1, 1, 1, 0.5, 0.25]
 */
export const lateConfigs = (layers: number): LengthConfig[] => {
  const first = Math.round((2 * layers) / 3);
  const steps = Math.max(1, layers - first - 1);
  if (first === layers) return [];
  return shares.map((share) =>
    Array.from({ length: layers }, (_, layer) => (layer < first ? 1 : share * 0.5 ** ((layer - first) / steps))),
  );
};
