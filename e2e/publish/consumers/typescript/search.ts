import { Search, descendingVector, knee } from '@length-adaptive/search';
import { zdt1 } from '@length-adaptive/search/suites';
import { SurrogateSearch } from '@length-adaptive/search/surrogate';
import { frontSvg } from '@length-adaptive/search/svg';
import { workerPool } from '@length-adaptive/search/workers';

const problem = {
  objectives: { cost: 'minimize', score: 'maximize' },
  ...descendingVector({ length: 6, steps: 20 }),
  evaluate: async (genomes: readonly (readonly number[])[]) =>
    genomes.map((shares) => ({
      cost: shares.reduce((sum, share) => sum + share, 0),
      score: shares.reduce((sum, share, i) => sum + (i + 1) * Math.sqrt(share), 0),
    })),
} as const;
const { front, evaluations } = await new Search(problem, { seed: 1, populationSize: 12, generations: 40 }).run();
const genome: readonly number[] | undefined = knee(front, problem.objectives)?.genome;
export const summary: string = `${front.length} of ${evaluations}, ${genome?.join()}`;
export { frontSvg, SurrogateSearch, workerPool, zdt1 };
