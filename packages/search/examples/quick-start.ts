import { Search, descendingVector, hypervolume } from '@length-adaptive/search';

const objectives = { cost: 'minimize', score: 'maximize' } as const;
const search = new Search(
  {
    objectives,
    ...descendingVector({ length: 6, steps: 20 }), // six shares from 1 down, multiples of 0.05
    evaluate: async (genomes) =>
      genomes.map((shares) => ({
        cost: shares.reduce((sum, share) => sum + share, 0),
        score: shares.reduce((sum, share, i) => sum + (i + 1) * Math.sqrt(share), 0),
      })),
  },
  { seed: 1, populationSize: 20, generations: 24 },
);

const { front, evaluations } = await search.run();
const points = front.map((solution) => solution.objectives);
const reached = hypervolume(points, { cost: 6, score: 0 }, objectives) / 81.929; // all 177,100 genotypes have 81.929
console.log(`${front.length} of ${evaluations} are worth having: ${(100 * reached).toFixed(1)} % of what can be had`);
for (const {
  genome,
  objectives: { cost, score },
} of front)
  console.log(cost.toFixed(2), score.toFixed(2), genome);
