import type { OperatingPoint } from '@length-adaptive/core/lengths';

/** What stays behind the first third of the layers. */
const shares = [0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75];

/**
 * Points for a reranker that was never searched, the cheapest first: every token stays for a third of the layers, which read the query and the
 * document together, and one share of them from there on.
 *
 * @example
 * latePoints(6)[2]; // { lengths: [1, 1, 0.3, 0.3, 0.3, 0.3] }
 */
export const latePoints = (layers: number): OperatingPoint[] => {
  const whole = Math.ceil(layers / 3);
  if (whole >= layers) return [];
  return shares.map((share) => ({
    lengths: Array.from({ length: layers }, (_, layer) => (layer < whole ? 1 : share)),
  }));
};
