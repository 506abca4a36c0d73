import { SearchError } from './errors.js';
import type { Random } from './random.js';

/** A bound for all genes, or one for each. */
export type Bound = number | readonly number[];

/** The box a real vector lives in. */
export interface Box {
  /** Default 0. */
  readonly lower?: Bound;
  /** Default 1. */
  readonly upper?: Bound;
}

const boundAt = (bound: Bound, gene: number): number => (typeof bound === 'number' ? bound : (bound[gene] ?? NaN));

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** `base ** exponent`; by squaring for the usual whole exponents, which is faster and the same on every engine. */
const power = (base: number, exponent: number): number => {
  if (!Number.isInteger(exponent)) return base ** exponent;
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return result;
};

/**
 * Simulated binary crossover of real vectors within bounds (Deb and Agrawal 1995, bounded form of Deb's NSGA-II code).
 * Each gene is crossed with probability 1/2; the child is either of SBX's two, gene by gene, with equal probability.
 *
 * @param options `eta` is the distribution index, default 20: larger keeps children nearer to their parents
 */
export const sbx =
  ({ lower = 0, upper = 1, eta = 20 }: Box & { readonly eta?: number } = {}) =>
  (a: readonly number[], b: readonly number[], random: Random): number[] => {
    const child = a.slice();
    for (let i = 0; i < child.length; i += 1) {
      if (random.next() >= 0.5) continue;
      const x = a[i] ?? 0;
      const y = b[i] ?? 0;
      const distance = Math.abs(x - y);
      if (distance < 1e-14) continue;
      const small = Math.min(x, y);
      const large = Math.max(x, y);
      const low = boundAt(lower, i);
      const high = boundAt(upper, i);
      const u = random.next();
      const downward = random.next() < 0.5;
      const room = downward ? small - low : high - large;
      const scaled = u * (2 - 1 / power(1 + (2 * room) / distance, eta + 1));
      const spread = (scaled <= 1 ? scaled : 1 / (2 - scaled)) ** (1 / (eta + 1)); // beta_q
      child[i] = clamp(0.5 * (small + large + (downward ? -spread : spread) * distance), low, high);
    }
    return child;
  };

/**
 * Polynomial mutation of a real vector within bounds (Deb and Goyal 1996, bounded form of Deb's NSGA-II code).
 *
 * @param options `eta` is the distribution index, default 20; `probability` that a gene changes, default 1 / length
 */
export const polynomial =
  ({
    lower = 0,
    upper = 1,
    eta = 20,
    probability,
  }: Box & { readonly eta?: number; readonly probability?: number } = {}) =>
  (genome: readonly number[], random: Random): number[] => {
    const child = genome.slice();
    const chance = probability ?? 1 / child.length;
    const root = 1 / (eta + 1);
    for (let i = 0; i < child.length; i += 1) {
      if (random.next() >= chance) continue;
      const value = child[i] ?? 0;
      const low = boundAt(lower, i);
      const high = boundAt(upper, i);
      const range = high - low;
      if (!(range > 0)) continue;
      const u = random.next();
      const delta =
        u < 0.5
          ? (2 * u + (1 - 2 * u) * power(1 - (value - low) / range, eta + 1)) ** root - 1
          : 1 - (2 * (1 - u) + (2 * u - 1) * power(1 - (high - value) / range, eta + 1)) ** root;
      child[i] = clamp(value + delta * range, low, high);
    }
    return child;
  };

/** Where `vectorKey` lays numbers out to read their bits; grows with the longest vector seen. */
let numbers = new Float64Array(64);

/** A key for a vector of numbers: its bits as a string. Exact, and far cheaper than JSON. */
export const vectorKey = (genome: readonly number[]): string => {
  if (genome.length > numbers.length) numbers = new Float64Array(2 * genome.length);
  for (let i = 0; i < genome.length; i += 1) numbers[i] = (genome[i] ?? 0) + 0; // + 0 makes -0 and 0 one key
  let key = '';
  for (let at = 0; at < genome.length; at += 256) {
    const units = new Uint16Array(numbers.buffer, 8 * at, 4 * Math.min(256, genome.length - at));
    key += Reflect.apply(String.fromCharCode, undefined, units);
  }
  return key;
};

/**
 * The genetic part of a problem over real vectors: uniform samples, SBX, polynomial mutation. Spread it into a problem.
 *
 * @example
 * const genes = realVector({ length: 30 }); // 30 numbers from 0 to 1
 */
export const realVector = ({
  length,
  lower = 0,
  upper = 1,
  crossoverEta = 20,
  mutationEta = 20,
}: Box & { readonly length: number; readonly crossoverEta?: number; readonly mutationEta?: number }) => {
  for (let i = 0; i < length; i += 1) {
    if (!(boundAt(lower, i) <= boundAt(upper, i))) {
      throw new SearchError(
        'INVALID_OPTION',
        `gene ${i} has bounds [${boundAt(lower, i)}, ${boundAt(upper, i)}]: expected lower <= upper, one pair a gene.`,
      );
    }
  }
  return {
    initial: (random: Random): readonly number[] =>
      Array.from({ length }, (_, i) => {
        const low = boundAt(lower, i);
        return low + random.next() * (boundAt(upper, i) - low);
      }),
    crossover: sbx({ lower, upper, eta: crossoverEta }),
    mutate: polynomial({ lower, upper, eta: mutationEta }),
    key: vectorKey,
  };
};
