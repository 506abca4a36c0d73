/** Bits, orders and length configurations: how far the operators go that each space comes with. */
import {
  createRandom,
  descendingVector,
  hypervolume,
  minimize,
  nsga2,
  orderCrossover,
  permutation,
  swap,
  type Problem,
} from '@length-adaptive/search';
import { ctaea, differential, moead, smsEmoa } from '@length-adaptive/search/algorithms';
import { dtlz2, dtlz3, dtlz6, mw1, mw11, wfg1, wfg4, zdt5 } from '@length-adaptive/search/suites';
import type { Algorithm } from '@length-adaptive/search';
import type { Row } from '../harness.js';
import { spread } from '../harness.js';

const evaluations = 25_000;
const seeds = Array.from({ length: 11 }, (_, i) => i + 1);

type Vectors<Name extends string, Constraint extends string = never> = Problem<readonly number[], Name, Constraint>;

const medianRow = async <Name extends string, Constraint extends string = never>(
  id: string,
  problem: Vectors<Name, Constraint>,
  {
    reference,
    what,
    algorithm,
    rates = {},
  }: {
    readonly reference: Readonly<Record<Name, number>>;
    readonly what: string;
    readonly algorithm?: Algorithm;
    readonly rates?: { readonly crossoverRate?: number; readonly mutationRate?: number };
  },
): Promise<Row> => {
  const volumes: number[] = [];
  for (const seed of seeds) {
    const { front } = await minimize(problem, { seed, evaluations, ...rates, ...(algorithm && { algorithm }) });
    const points = front.filter(({ violation }) => violation === 0).map(({ objectives }) => objectives);
    volumes.push(hypervolume(points, reference, problem.objectives));
  }
  const range = `${Math.min(...volumes).toFixed(4)} to ${Math.max(...volumes).toFixed(4)}`;
  const note = `${what}; median of ${seeds.length} seeds (${range}), 25,000 evaluations`;
  return { id: `search.hv.${id}`, value: spread(volumes).p50, unit: 'hypervolume', note };
};

/** A round trip through 50 random towns, with two independent distances between them. */
const tours = (): Vectors<'length' | 'time'> => {
  const random = createRandom(99);
  const [first = [], second = []] = [0, 1].map(() => {
    const towns = Array.from({ length: 50 }, () => [random.next(), random.next()] as const);
    return towns.map(([x, y]) => towns.map(([u, v]) => Math.hypot(x - u, y - v)));
  });
  const along = (tour: readonly number[], distances: readonly (readonly number[])[]): number =>
    tour.reduce((sum, town, i) => sum + (distances[town]?.[tour[(i + 1) % tour.length] ?? 0] ?? 0), 0);
  return {
    ...permutation(50),
    objectives: { length: 'minimize', time: 'minimize' },
    evaluate: async (genomes) => genomes.map((tour) => ({ length: along(tour, first), time: along(tour, second) })),
  };
};

/** 24 shares that never rise: their mean, and a score that saturates; later layers count more. */
const shares = (): Vectors<'cost' | 'score'> => ({
  ...descendingVector({ length: 24, steps: 20 }),
  objectives: { cost: 'minimize', score: 'maximize' },
  evaluate: async (genomes) =>
    genomes.map((genome) => ({
      cost: genome.reduce((sum, share) => sum + share, 0) / 24,
      score: genome.reduce((sum, share, i) => sum + (i + 1) * Math.sqrt(share), 0) / 300,
    })),
});

const ones = { f1: 1.1, f2: 1.1, f3: 1.1 };
const ellipse = { f1: 2.2, f2: 4.4 };

const paper = descendingVector({ length: 24, steps: 20, mutation: 'redraw', crossover: 'mean' });
const both = { crossoverRate: 1, mutationRate: 1 };

/** Each gives one row. */
const operatorBenchmarks: readonly (() => Promise<Row>)[] = [
  () =>
    medianRow('zdt5', zdt5(), {
      reference: { f1: 32, f2: 11 },
      what: 'bits, three-point crossover; reference (32, 11)',
    }),
  () =>
    medianRow('tour50', tours(), {
      reference: { length: 27, time: 27 },
      what: 'edge recombination and inversion',
    }),
  () =>
    medianRow(
      'tour50.ox',
      { ...tours(), ...permutation(50, { crossover: orderCrossover(), mutate: swap() }) },
      { reference: { length: 27, time: 27 }, what: 'order crossover and swap' },
    ),
  () =>
    medianRow('shares24', shares(), {
      reference: { cost: 1.05, score: 0 },
      what: 'local moves, one-point crossover',
    }),
  () =>
    medianRow(
      'shares24.paper',
      { ...shares(), ...paper },
      {
        reference: { cost: 1.05, score: 0 },
        what: "the paper's operators and rates",
        rates: { crossoverRate: 0.5, mutationRate: 0 },
      },
    ),
  () => medianRow('dtlz2.sms', dtlz2(), { reference: ones, what: 'smsEmoa()', algorithm: smsEmoa() }),
  () => medianRow('dtlz3.moead', dtlz3(), { reference: ones, what: 'moead()', algorithm: moead() }),
  () =>
    medianRow(
      'dtlz6.de',
      { ...dtlz6(), recombine: differential({ outside: 'at' }) },
      { reference: ones, what: "nsga2() with differential({ outside: 'at' })", rates: both },
    ),
  () => medianRow('wfg1', wfg1(), { reference: ellipse, what: 'nsga2()' }),
  () => medianRow('wfg1.moead', wfg1(), { reference: ellipse, what: 'moead()', algorithm: moead() }),
  () => medianRow('wfg4', wfg4(), { reference: ellipse, what: 'nsga2()' }),
  ...(['mw1', 'mw11'] as const).flatMap((name) =>
    Object.entries({ nsga2: nsga2(), moead: moead(), ctaea: ctaea() }).map(([algorithm, own]) => () => {
      const problem = name === 'mw1' ? mw1() : mw11();
      const { f1 } = problem.reference;
      return medianRow(algorithm === 'nsga2' ? name : `${name}.${algorithm}`, problem as Vectors<'f1' | 'f2', string>, {
        reference: problem.reference,
        what: `${algorithm}(), reference (${f1}, ${f1})`,
        algorithm: own,
      });
    }),
  ),
];

export const operatorRows = async (): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const measure of operatorBenchmarks) rows.push(await measure());
  return rows;
};
