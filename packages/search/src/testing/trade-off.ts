import { defineProblem, descendingVector, type Problem } from '../index.js';

/** A small search with a curved front: shares that never increase, their cost, and a score that saturates. */
export const tradeOff = (
  layers = 4,
  overrides: Partial<Problem<readonly number[], 'cost' | 'score'>> = {},
): Problem<readonly number[], 'cost' | 'score'> =>
  defineProblem({
    objectives: { cost: 'minimize', score: 'maximize' },
    ...descendingVector({ length: layers, steps: 20 }),
    evaluate: async (genomes) =>
      genomes.map((genome) => ({
        cost: genome.reduce((sum, share) => sum + share, 0),
        score: genome.reduce((sum, share, i) => sum + Math.sqrt(share) * (i + 1), 0),
      })),
    ...overrides,
  });
