import { SearchError } from '../errors.js';
import { constantRatioChain, constantRatioSeeds } from './constant-ratio.js';

const mean = (chain: readonly number[]): number => chain.reduce((sum, x) => sum + x, 0) / chain.length;

describe('constant ratio', () => {
  it('multiplies along the chain', () => {
    expect(constantRatioChain(3, 0.5)).toEqual([0.5, 0.25, 0.125]);
  });

  it.each([1, 6, 12, 24])('spaces the mean shares of %i layers equally, strictly inside', (layers) => {
    const shares = constantRatioSeeds({ layers, count: 20, smallest: 0.8 }).map(mean);
    const least = mean(constantRatioChain(layers, 0.8));
    shares.forEach((share, i) => expect(share).toBeCloseTo(least + ((1 - least) * (i + 1)) / 21, 10));
  });

  it('gives the drop ratios of the reference implementation for 12 layers', () => {
    // Its own lengths are whole tokens of 384, so its ratios agree to three decimals.
    const reference = [
      0.1806, 0.1637, 0.1484, 0.135, 0.1224, 0.1111, 0.0996, 0.0906, 0.0807, 0.0723, 0.0642, 0.0556, 0.0489, 0.0417,
      0.0353, 0.0292, 0.0233, 0.0172, 0.0112, 0.0055,
    ];
    const drops = constantRatioSeeds({ layers: 12, count: 20, smallest: 0.8 }).map(([first = NaN]) => 1 - first);
    drops.forEach((drop, i) => expect(Math.abs(drop - (reference[i] ?? NaN))).toBeLessThan(0.0015));
  });

  it.each([
    { layers: 0, count: 1, smallest: 0.5 },
    { layers: 2, count: 0, smallest: 0.5 },
    { layers: 2, count: 1, smallest: 1 },
  ])('refuses %p', (options) => {
    expect(() => constantRatioSeeds(options)).toThrow(SearchError);
  });
});
