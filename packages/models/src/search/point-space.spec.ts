import { constantRatioSeeds, createRandom, descendingVector, Search } from '@length-adaptive/search';
import type { Problem } from '@length-adaptive/search';
import { pointSpace } from './point-space.js';

const layers = 4;
const genes = descendingVector({ length: layers, steps: 100, lower: 0.1, crossover: 'mean' });
const space = pointSpace(genes, layers);
const seeds = constantRatioSeeds({ layers, count: 6, smallest: 0.7 });

/** Any numbers that a walk depends on: what the second and the last layer keep, weighed against the sum. */
const measure = (config: readonly number[]) => ({
  score: 3 * Math.sqrt(config[1] ?? 0) + (config[3] ?? 0) ** 2,
  cost: config.reduce((sum, ratio) => sum + ratio, 0),
});
const objectives = { score: 'maximize', cost: 'minimize' } as const;
const settings = { seed: 11, generations: 6, populationSize: 10, crossoverRate: 0.5, mutationRate: 0 };

test('a search over points takes the very walk that one over bare lengths takes', async () => {
  const bare: Problem<readonly number[], 'score' | 'cost'> = {
    ...{ objectives, ...genes, seeds },
    evaluate: async (genomes) => genomes.map(measure),
  };
  const points: Problem<{ readonly lengths?: readonly number[] | undefined }, 'score' | 'cost'> = {
    ...{ objectives, ...space, seeds: seeds.map((lengths) => ({ lengths })) },
    evaluate: async (genomes) => genomes.map(({ lengths = [] }) => measure(lengths)),
  };
  const [one, other] = [new Search(bare, settings), new Search(points, settings)];
  await one.run();
  await other.run();
  expect(one.evaluated().length).toBeGreaterThan(40);
  expect(other.evaluated().map(({ genome: { lengths }, objectives: found }) => [lengths, found])).toEqual(
    one.evaluated().map(({ genome, objectives: found }) => [genome, found]),
  );
});

test('the empty point moves as the full length', () => {
  const full = { lengths: [1, 1, 1, 1] };
  const [one, other] = [createRandom(5), createRandom(5)];
  expect(space.mutate({}, one)).toEqual(space.mutate(full, other));
  expect(space.crossover({}, { lengths: [0.5, 0.5, 0.5, 0.5] }, one)).toEqual([{ lengths: [0.75, 0.75, 0.75, 0.75] }]);
  expect(space.key({})).toBe(space.key(full));
  expect(space.repair({})).toEqual(full);
});
