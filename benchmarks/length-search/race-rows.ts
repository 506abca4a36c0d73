/** What it saves an evolutionary search that candidates race over examples, by how many there are: on answers that are a formula. */
import { createRandom, defineProblem, descendingVector, hypervolume, Search } from '@length-adaptive/search';
import type { Evaluate } from '@length-adaptive/search';
import { racingEvaluate } from '@length-adaptive/search/surrogate';
import type { Row } from '../harness.js';
import { spread } from '../harness.js';

type Shares = readonly number[];
type Name = 'cost' | 'score';

const layers = 6;
const objectives = { cost: 'minimize', score: 'maximize' } as const;
const reference = { cost: layers + 0.1, score: 0 };
const seeds = [1, 2, 3] as const;
const costOf = (shares: Shares): number => shares.reduce((sum, share) => sum + share, 0);

/** Whether each example is answered right: the more is kept, in later layers above all, the harder those that still are. */
const answersOn = (examples: number): ((shares: Shares, some: readonly number[]) => number[]) => {
  const random = createRandom(9);
  const hardness = Array.from({ length: examples }, () => random.next());
  return (shares, some) => {
    const level = shares.reduce((sum, share, layer) => sum + Math.sqrt(share) * (layer + 1), 0) / 21;
    return some.map((example) => ((hardness[example] ?? 1) < level ? 1 : 0));
  };
};

const volumeAfter = async (evaluate: Evaluate<Shares, Name>, seed: number): Promise<number> => {
  const problem = defineProblem({ objectives, ...descendingVector({ length: layers, steps: 20 }), evaluate });
  const rates = { crossoverRate: 0.5, mutationRate: 0 };
  const { front } = await new Search(problem, { seed, populationSize: 20, generations: 10, ...rates }).run();
  return hypervolume(
    front.map((solution) => solution.objectives),
    reference,
    objectives,
  );
};

const compare = async (
  examples: number,
  seed: number,
): Promise<{ readonly passes: number; readonly ratio: number }> => {
  const answers = answersOn(examples);
  const all = Array.from({ length: examples }, (_, i) => i);
  const racing = racingEvaluate<Shares, Name, 'score'>({
    ...{ objectives, raced: 'score', exact: { cost: costOf }, examples, stopped: 'estimate', against: 'earlier' },
    score: async (genomes, some) => genomes.map((shares) => answers(shares, some)),
  });
  const raced = await volumeAfter(racing, seed);
  const whole = await volumeAfter(
    async (genomes) =>
      genomes.map((shares) => ({
        cost: costOf(shares),
        score: answers(shares, all).reduce((sum, right) => sum + right, 0) / examples,
      })),
    seed,
  );
  return { passes: racing.scored.asked / racing.scored.all, ratio: raced / whole };
};

export const raceRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const examples of [48, 200, 800]) {
    const races: Awaited<ReturnType<typeof compare>>[] = [];
    for (const seed of seeds) races.push(await compare(examples, seed));
    const row = (name: string, values: readonly number[], note: string): Row => ({
      id: `length-search.synthetic.race.${examples}.${name}`,
      value: spread(values).p50,
      unit: 'share',
      note: `median of ${values.length} seeds (${values.map((value) => value.toFixed(3)).join(', ')}); Search, 220 candidates on ${examples} examples; ${note}`,
    });
    rows.push(
      row(
        'passes',
        races.map(({ passes }) => passes),
        'passes over an example where candidates race, of all candidates on all examples',
      ),
      row(
        'hv_ratio',
        races.map(({ ratio }) => ratio),
        'hypervolume of the front, as a share of that without a race',
      ),
    );
  }
  return rows;
};
