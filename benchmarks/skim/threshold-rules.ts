/** How many tokens of each input stay: shares, shares that fall with the length, or thresholds on scores, at the same mean cost. */

/** An input as rules see it. */
export interface ScoredInput {
  readonly tokens: number;
  /** For each layer the scores of its tokens, in multiples of their mean, as if nobody left. */
  readonly scores: readonly (readonly number[])[];
}

/** Tokens of an input that stay in each layer. */
export type Counts = readonly number[];

/** A rule that was fitted to some inputs, for any others. */
export type CountRule = (input: ScoredInput) => Counts;

/** Fits a rule to inputs, such that it keeps about `factor` times as much as shares do. */
export type FitRule = (inputs: readonly ScoredInput[], factor: number) => CountRule;

const leastTokens = 2;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const countsBy = (tokens: number, shareOf: (layer: number) => number, layers: number): Counts => {
  let before = tokens;
  return Array.from({ length: layers }, (_, layer) => {
    const wanted = Math.max(leastTokens, Math.ceil(shareOf(layer) * tokens));
    return (before = Math.min(before, wanted));
  });
};

/** The same shares for all. */
export const byShares =
  (shares: readonly number[]): FitRule =>
  (_, factor) =>
  ({ tokens }) =>
    countsBy(tokens, (layer) => factor * (shares[layer] ?? 1), shares.length);

/** Shares that fall with the length: times (n / mean n) to the power of -`exponent`. */
export const byFallingShares =
  (shares: readonly number[], exponent: number): FitRule =>
  (inputs, factor) => {
    const mean = sum(inputs.map(({ tokens }) => tokens)) / inputs.length;
    return ({ tokens }) =>
      countsBy(tokens, (layer) => factor * (shares[layer] ?? 1) * (tokens / mean) ** -exponent, shares.length);
  };

/** Positions that are at a threshold or above it, among those that are still there; the first always, and at least two. */
const survivors = (
  { scores }: ScoredInput,
  layer: number,
  alive: readonly number[],
  { threshold, exponent }: { readonly threshold: number; readonly exponent: number },
): number[] => {
  const own = scores[layer] ?? [];
  const bar = threshold * alive.length ** exponent;
  const kept = alive.filter((position) => position === 0 || (own[position] ?? 0) >= bar);
  if (kept.length >= leastTokens || alive.length < leastTokens) return kept;
  const others = alive.filter((position) => position !== 0);
  return [0, others.reduce((best, position) => ((own[position] ?? 0) > (own[best] ?? 0) ? position : best))];
};

/**
 * One threshold a layer on score / n^`exponent`, n being the tokens that enter it: fitted so that all inputs together keep what the shares would.
 *
 * @param exponent 0: relative to the mean score; 1: what a score is of all
 */
export const byThresholds =
  (shares: readonly number[], exponent: number): FitRule =>
  (inputs, factor) => {
    let alive = inputs.map(({ tokens }) => Array.from({ length: tokens }, (_, position) => position));
    const thresholds = shares.map((share, layer) => {
      const wanted = sum(
        inputs.map(({ tokens }) => Math.min(tokens, Math.max(leastTokens, factor * share * tokens) - 1)),
      );
      const bars = inputs
        .flatMap(({ scores }, row) => {
          const positions = alive[row] ?? [];
          return positions.slice(1).map((position) => (scores[layer]?.[position] ?? 0) / positions.length ** exponent);
        })
        .sort((a, b) => b - a);
      const threshold = wanted >= bars.length ? 0 : (bars[Math.max(0, Math.round(wanted) - 1)] ?? 0);
      alive = inputs.map((input, row) => survivors(input, layer, alive[row] ?? [], { threshold, exponent }));
      return threshold;
    });
    return (input) => {
      let left = Array.from({ length: input.tokens }, (_, position) => position);
      return thresholds.map((threshold, layer) => {
        left = survivors(input, layer, left, { threshold, exponent });
        return left.length;
      });
    };
  };

/** Fits a rule so that its mean cost on the inputs is `target`: bisection by how much it keeps. */
export const fitAtCost = (
  fit: FitRule,
  inputs: readonly ScoredInput[],
  target: number,
  costOf: (tokens: number, counts: Counts) => number,
): CountRule => {
  let [low, high] = [0.5, 2];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    const rule = fit(inputs, middle);
    const cost = sum(inputs.map((input) => costOf(input.tokens, rule(input)))) / inputs.length;
    if (cost > target) high = middle;
    else low = middle;
  }
  return fit(inputs, (low + high) / 2);
};
