import { checkCount } from './benchmark-problem.js';
import { dtlzProblem, type Dtlz, type DtlzOptions } from './dtlz-problem.js';
import { grid, product } from './lattice.js';

/** What a gene takes off the last objective, in halves: `x (1 + sin(3 pi x))`. */
const gain = (x: number): number => x * (1 + Math.sin(3 * Math.PI * x));

/** Where the gain is more than anywhere before: up to its first maximum, and from where it is as high again to its second. */
const [PEAK, AGAIN, LAST] = [0.2514118360889171, 0.6316265307006612, 0.8594008566447239];

/** An antiderivative of the gain. */
const gained = (x: number): number =>
  (x * x) / 2 + Math.sin(3 * Math.PI * x) / (9 * Math.PI * Math.PI) - (x * Math.cos(3 * Math.PI * x)) / (3 * Math.PI);

/** The integral from 0 to `end` of the most gain that a gene up to x has. */
const mostGained = (end: number): number =>
  gained(PEAK) - gained(0) + gain(PEAK) * (AGAIN - PEAK) + gained(LAST) - gained(AGAIN) + gain(LAST) * (end - LAST);

/** A gene at a share of the way over both stretches. */
const geneAt = (share: number): number => {
  const way = share * (PEAK + LAST - AGAIN);
  return way <= PEAK ? way : AGAIN + way - PEAK;
};

/**
 * DTLZ7: a front in 2^(objectives - 1) pieces. All objectives but the last are genes; the last is the less, the more they gain.
 *
 * @throws SearchError `INVALID_OPTION` for numbers that are too small
 */
export const dtlz7 = ({ objectives = 3, k = 20 }: DtlzOptions = {}): Dtlz => {
  checkCount('objectives', objectives, 2);
  const genes = objectives - 1;
  const each = (value: number): number[] => new Array<number>(genes).fill(value);
  return dtlzProblem({
    name: 'DTLZ7',
    objectives,
    k,
    measure: (x, values) => {
      let sum = 0;
      for (let i = genes; i < x.length; i += 1) sum += x[i] ?? 0;
      const scale = 2 + (9 * sum) / (x.length - genes); // 1 + g
      let height = objectives * scale; // (1 + g) h
      for (let i = 0; i < genes; i += 1) {
        const gene = x[i] ?? 0;
        values[i] = gene;
        height -= gain(gene);
      }
      values[genes] = height;
    },
    best: 0,
    positions: (points) => {
      const side = Math.max(2, Math.floor(points ** (1 / genes) + 1e-9));
      return grid(
        Array.from({ length: side }, (_, i) => geneAt(i / (side - 1))),
        genes,
      );
    },
    worst: [...each(LAST), 2 * objectives],
    reference: [...each(1.1), 2.2 * objectives],
    // Above the front, over all genes: the last of the reference less 2 objectives, and what every gene gains.
    volume: (reference) => {
      const [sides, top = 0] = [reference.slice(0, genes), reference[genes]];
      const floor = product(sides);
      return floor * (top - 2 * objectives) + sides.reduce((sum, side) => sum + (floor / side) * mostGained(side), 0);
    },
  });
};
