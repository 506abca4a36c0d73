import { createRandom, keptTokens } from '@length-adaptive/core';
import type { ScoredInput } from './threshold-rules.js';
import { byFallingShares, byShares, byThresholds, fitAtCost } from './threshold-rules.js';

const shares = [0.8, 0.5, 0.3];
const random = createRandom(7);
const inputs: ScoredInput[] = Array.from({ length: 40 }, () => {
  const tokens = random.integer(4, 90);
  const scores = shares.map(() => {
    const own = Array.from({ length: tokens }, () => random.uniform() ** 3);
    const mean = own.reduce((sum, score) => sum + score, 0) / tokens;
    return own.map((score) => score / mean);
  });
  return { tokens, scores };
});
const rules = [
  ['shares', byShares(shares)],
  ['shares that fall', byFallingShares(shares, 0.25)],
  ['thresholds relative to the mean', byThresholds(shares, 0)],
  ['thresholds on parts of all', byThresholds(shares, 1)],
] as const;
/** What attention and feed-forward blocks take, about. */
const costOf = (tokens: number, counts: readonly number[]): number =>
  counts.reduce((sum, count, layer) => sum + 4 * (counts[layer - 1] ?? tokens) + 8 * count, 0);

test('shares keep what a length configuration keeps', () => {
  const rule = byShares(shares)(inputs, 1);
  for (const input of inputs) expect(rule(input)).toEqual(keptTokens(shares, input.tokens));
});

test.each(rules)('%s: nobody comes back, two stay, and the mean cost is the one that was asked for', (_, fit) => {
  const target = inputs.reduce((sum, { tokens }) => sum + costOf(tokens, keptTokens([0.7, 0.5, 0.4], tokens)), 0) / 40;
  const rule = fitAtCost(fit, inputs, target, costOf);
  let cost = 0;
  for (const input of inputs) {
    const counts = rule(input);
    [input.tokens, ...counts.slice(0, -1)].forEach((before, layer) =>
      expect(counts[layer]).toBeLessThanOrEqual(before),
    );
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    cost += costOf(input.tokens, counts) / 40;
  }
  expect(cost / target).toBeGreaterThan(0.97);
  expect(cost / target).toBeLessThan(1.03);
});

test('by thresholds inputs of one length keep different counts: those with few large scores the fewest', () => {
  const flat = { tokens: 20, scores: [Array.from({ length: 20 }, () => 1)] };
  const peaked = { tokens: 20, scores: [Array.from({ length: 20 }, (_, i) => (i < 4 ? 4 : 0.25))] };
  const rule = byThresholds([0.6], 0)([flat, peaked], 1);
  expect(rule(peaked)).toEqual([4]);
  expect(rule(flat)).toEqual([20]);
});
