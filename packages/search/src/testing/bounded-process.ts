/** Runs the case that is named and prints what came of it: its own process, so that a loop without an end can be ended from outside. */
import { finestLattice } from '../algorithms/reference-directions.js';
import {
  defineProblem,
  integerVector,
  minimize,
  nsga3,
  permutation,
  realVector,
  referenceDirections,
  type Problem,
} from '../index.js';
import { race, SurrogateSearch, type SurrogateOptions } from '../surrogate/index.js';
import { volumeOfFour } from '../indicators/volume-of-four.js';
import { volumeBelow } from '../indicators/volume.js';
import { tradeOff } from './trade-off.js';

type Genes = readonly number[];

const sum = (genes: Genes): number => genes.reduce((total, gene) => total + gene, 0);

/** One objective on any vectors. */
const single = (space: Pick<Problem<Genes>, 'initial' | 'crossover' | 'mutate'>): Problem<Genes, 'cost'> =>
  defineProblem({
    ...space,
    objectives: { cost: 'minimize' },
    evaluate: async (genomes) => genomes.map((genes) => ({ cost: sum(genes) })),
  });

/** Zeros at the front cost more than zeros at the end: many trade-offs on bits. */
const bits = (length: number): Problem<Genes, 'ones' | 'zeros'> =>
  defineProblem({
    ...integerVector({ length, lower: 0, upper: 1 }),
    objectives: { ones: 'minimize', zeros: 'minimize' },
    evaluate: async (genomes) =>
      genomes.map((genes) => ({ ones: sum(genes), zeros: sum(genes.map((gene, i) => (1 - gene) * (i + 1))) })),
  });

const onePoint = integerVector({ length: 3, lower: 7, upper: 7 });
const forever = { generations: Infinity };

/** As long as something new is found. */
const led = <Name extends string>(problem: Problem<Genes, Name>, options: Partial<SurrogateOptions<Name>> = {}) =>
  new SurrogateSearch({ ...problem, features: (genes) => genes }, { ...forever, ...options }).run();

const CASES: Readonly<Record<string, () => unknown>> = {
  'nsga3, one objective': () => minimize(single(realVector({ length: 2 })), { algorithm: nsga3(), generations: 1 }),
  'finest lattice of one objective': () => finestLattice(1, 100),
  'a lattice beyond any memory': () => referenceDirections({ objectives: 9, divisions: 1_000 }),
  'one objective': () => minimize(single(realVector({ length: 2 })), { generations: 2 }),
  'one point': () => minimize(single(onePoint), forever),
  'one point of reals': () => minimize(single(realVector({ length: 3, lower: 2, upper: 2 })), forever),
  'one order': () => minimize(single(permutation(1)), forever),
  'a million on one point': () => minimize(single(onePoint), { ...forever, populationSize: 1_000_000 }),
  'a population beyond the space': () => minimize(tradeOff(1), { ...forever, populationSize: 100_000 }),
  'offspring beyond the space': () => minimize(tradeOff(1), { ...forever, populationSize: 4, offspring: 1_000_000 }),
  '1,024 genotypes': () => minimize(bits(10), { ...forever, populationSize: 20 }),
  '1,024 genotypes, population 4': () => minimize(bits(10), { ...forever, populationSize: 4, seed: 2 }),
  'nothing is accepted': () => minimize(tradeOff(2, { accept: () => false }), forever),
  'nothing but the seed is accepted': () =>
    minimize(tradeOff(2, { seeds: [[1, 1]], accept: ([a, b]) => a === 1 && b === 1 }), forever),
  'operators that give what they get': () =>
    minimize({ ...single(onePoint), crossover: (a, b) => [a, b], mutate: (genome) => genome }, forever),
  'a surrogate, one point': () => led(single(onePoint), { start: 1_000, batch: 1_000 }),
  'a surrogate, one point of reals': () => led(single(realVector({ length: 3, lower: 2, upper: 2 }))),
  'a surrogate beyond the space': () => led(tradeOff(1), { start: 100_000, batch: 100_000, trust: -1 }),
  'a surrogate, nothing is accepted': () => led(tradeOff(2, { accept: () => false })),
  'a race of one example': () =>
    race([1, 2], { examples: 1, score: async (genomes) => genomes.map((genome) => [genome]) }),
  'a race of equals': () =>
    race([1, 1, 1], { examples: 50, score: async (genomes, some) => genomes.map(() => some.map(() => 1)) }),
  'a sweep over rows below everything': () =>
    volumeBelow(Float64Array.of(0, -Infinity, 0, 1, 1, 1), 2, Float64Array.of(2, 2, 2)),
  'a sweep of four over rows below everything': () =>
    volumeOfFour(Float64Array.of(0, -Infinity, -Infinity, 0, 1, 1, 1, 1), 2, Float64Array.of(2, 2, 2, 2)),
};

const run = CASES[process.argv[2] ?? ''];
if (!run) throw new Error(`no such case: ${process.argv[2]}`);

const describe = (result: unknown): unknown => {
  if (typeof result !== 'object' || result === null || !('stopped' in result)) return result;
  const { stopped, evaluations } = result as { readonly stopped: string; readonly evaluations: number };
  return { stopped, evaluations };
};

const print = (value: unknown): void => void process.stdout.write(JSON.stringify(value) ?? 'undefined');

void (async () => run())().then(
  (result) => print(describe(result)),
  (error: Error & { readonly code?: string }) => print({ code: error.code, message: error.message }),
);
