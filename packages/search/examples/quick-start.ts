import { Search, descendingVector } from '@length-adaptive/search';

const search = new Search(
  {
    objectives: { cost: 'minimize', score: 'maximize' },
    ...descendingVector({ length: 6, steps: 20 }), // six shares from 1 down, multiples of 0.05
    evaluate: async (genomes) =>
      genomes.map((shares) => ({
        cost: shares.reduce((sum, share) => sum + share, 0),
        score: shares.reduce((sum, share, i) => sum + (i + 1) * Math.sqrt(share), 0),
      })),
  },
  { seed: 1, populationSize: 12, generations: 40 },
);

const { front, evaluations } = await search.run();
console.log(`${front.length} of ${evaluations} are worth having`);
for (const { genome, objectives } of front)
  console.log(objectives.cost.toFixed(2), objectives.score.toFixed(2), genome);
