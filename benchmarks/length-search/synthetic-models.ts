/**
 * Models that are formulas: what a length search meets, without a model to train. Each has L layers and a score that
 * falls as tokens leave:
 *
 *     score(r) = chance + (full - chance) exp(-damage(r))
 *     damage(r) = sum_i s_i (1 - r_i)^{p_i}  +  sum_{i<j} w_ij (1 - r_i)(1 - r_j)  +  sum_i t_i (r_{i-1} - r_i)^2
 *
 * - `s_i`, log-normal: how much layer i needs its tokens; `p_i` from 1.5 to 3: how long it does without feeling it;
 * - `w_ij`, for a third of all pairs: two layers that hurt more, or (a quarter of these) less, together than alone;
 * - `t_i`: a fall from one layer to the next hurts by itself.
 *
 * All are scaled so that the smallest configuration has a damage of 2. The cost is a share of the full length's, each
 * layer paying for the tokens that enter it (attention, linear and squared) and those that leave it (feed-forward).
 * What is measured is the score on a fixed set of examples: the truth and an error of 0.005 that is always the same for
 * one configuration, as the error of a dev set of some 900 examples, of which most answers agree, would be.
 */
import { constantRatioSeeds, createRandom, descendingVector } from '@length-adaptive/search';
import type { DescendingVector, Random } from '@length-adaptive/search';

export type Shares = readonly number[];

export interface SyntheticModel {
  readonly layers: number;
  /** A share of the full length's. */
  cost(shares: Shares): number;
  /** Without error. */
  truth(shares: Shares): number;
  /** On the examples. */
  measure(shares: Shares): number;
  /** The vector's own operators, with which the plain search is stronger than with those of `lat search`; what would cost less than the smallest configuration is refused. */
  readonly genes: DescendingVector;
  accept(shares: Shares): boolean;
  /** Its initial population: the full length, the smallest, twenty constant-ratio chains and three that drop late. */
  readonly seeds: readonly Shares[];
}

/** The score of an answer by chance, and that of the full length. */
export const chance = 0.5;
const full = 0.9;

const noise = 0.005;
const dropRatioBound = 0.2;

/** A standard normal number. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** 32 bits of a configuration (FNV-1a). */
const hashOf = (shares: Shares): number => {
  let hash = 0x811c9dc5;
  for (const character of shares.map((share) => Math.round(share * 1000)).join())
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash >>> 0;
};

/** The full length until two thirds of the layers, then half or less. */
const lateSeeds = (layers: number): Shares[] => {
  const first = Math.round((2 * layers) / 3);
  return [0.5, 0.3, 0.15].map((share) =>
    Array.from({ length: layers }, (_, i) =>
      i < first ? 1 : share * 0.5 ** ((i - first) / Math.max(1, layers - first - 1)),
    ),
  );
};

/** @param seed from 1: another one is another model */
export const syntheticModel = (layers: number, seed: number): SyntheticModel => {
  const random = createRandom(1000 * layers + seed);
  const each = <Value>(make: (i: number) => Value): Value[] => Array.from({ length: layers }, (_, i) => make(i));
  const sensitivity = each(() => Math.exp(normal(random)));
  const power = each(() => 1.5 + 1.5 * random.next());
  const fall = each(() => 2 * random.next());
  const pairs = each((i) =>
    each((j) => {
      const [there, size, sign] = [
        random.next() < 1 / 3,
        Math.exp(normal(random)) / layers,
        random.next() < 0.25 ? -0.5 : 1,
      ];
      return i < j && there ? sign * size : 0;
    }),
  );
  const smallest = each((i) => (1 - dropRatioBound) ** (i + 1));
  const raw = (shares: Shares): number =>
    shares.reduce((sum, share, i) => {
      const gone = 1 - share;
      const together = shares.reduce((more, other, j) => more + (pairs[i]?.[j] ?? 0) * gone * (1 - other), 0);
      const step = (shares[i - 1] ?? 1) - share;
      return sum + (sensitivity[i] ?? 0) * gone ** (power[i] ?? 2) + together + (fall[i] ?? 0) * step * step;
    }, 0);
  const scale = 2 / raw(smallest);
  const truth = (shares: Shares): number => chance + (full - chance) * Math.exp(-Math.max(0, scale * raw(shares)));
  const work = (shares: Shares): number =>
    shares.reduce((sum, leaving, i) => {
      const entering = shares[i - 1] ?? 1;
      return sum + 4 * entering + entering * entering + 8 * leaving;
    }, 0);
  const cost = (shares: Shares): number => work(shares) / (13 * layers);
  const genes = descendingVector({ length: layers, steps: 100, lower: smallest[layers - 1] ?? 0.01 });
  const least = cost(genes.repair(smallest));
  return {
    layers,
    cost,
    truth,
    measure: (shares) => truth(shares) + noise * normal(createRandom((hashOf(shares) ^ (seed * 0x9e3779b1)) >>> 0)),
    genes,
    accept: (shares) => cost(shares) >= least,
    seeds: [
      each(() => 1),
      smallest,
      ...constantRatioSeeds({ layers, count: 20, smallest: 1 - dropRatioBound }),
      ...lateSeeds(layers),
    ],
  };
};
