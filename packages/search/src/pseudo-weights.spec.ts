import fc from 'fast-check';
import { pseudoWeights } from './pseudo-weights.js';
import { pointSets } from './testing/points.js';

const directions = { cost: 'minimize', score: 'maximize' } as const;
const solution = (cost: number, score: number) => ({ objectives: { cost, score } });

describe('pseudo-weights', () => {
  it('are the shares of what a solution is better than the worst', () => {
    expect(pseudoWeights([solution(0, 10), solution(1, 20), solution(4, 30)], directions)).toEqual([
      { cost: 1, score: 0 },
      { cost: 0.75 / 1.25, score: 0.5 / 1.25 },
      { cost: 0, score: 1 },
    ]);
    expect(pseudoWeights([solution(3, 3)], directions)).toEqual([{ cost: 0.5, score: 0.5 }]);
    expect(pseudoWeights([], directions)).toEqual([]);
  });

  it('add up to 1 and are never below 0; scaling an objective changes nothing', () => {
    fc.assert(
      fc.property(pointSets(2), (points) => {
        const front = points.map(([cost = 0, score = 0]) => solution(cost, score));
        const weights = pseudoWeights(front, directions);
        for (const { cost, score } of weights) {
          expect(cost + score).toBeCloseTo(1, 12);
          expect(Math.min(cost, score)).toBeGreaterThanOrEqual(0);
        }
        const scaled = front.map(({ objectives: { cost, score } }) => solution(8 * cost, score - 3));
        expect(pseudoWeights(scaled, directions)).toEqual(weights);
      }),
    );
  });

  it('take a front of any size', () => {
    const weights = pseudoWeights(
      Array.from({ length: 300_001 }, (_, i) => solution(i, i)),
      directions,
    );
    expect([weights[0], weights.at(-1)]).toEqual([
      { cost: 1, score: 0 },
      { cost: 0, score: 1 },
    ]);
  });

  it('refuse what is no number', () => {
    expect(() => pseudoWeights([solution(NaN, 1)], directions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OBJECTIVES' }),
    );
  });
});
