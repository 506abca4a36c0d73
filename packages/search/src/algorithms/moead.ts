import { checkOptions } from '../check-options.js';
import { invalidOption } from '../errors.js';
import type { Random } from '../random.js';
import type { Algorithm, FamilyContext, Rows } from './algorithm.js';
import { weightsFor } from './reference-directions.js';
import { createScale } from './tchebycheff.js';

export interface MoeadOptions {
  /** How many subproblems count as neighbours of one, itself included. Default 20. */
  readonly neighbours?: number;
  /** The probability that parents are neighbours; else they come from everywhere. Default 0.9. */
  readonly nearby?: number;
  /** In how many subproblems one child may take a place. Default 2. */
  readonly replaced?: number;
}

/** What subproblems of a population are: their weights, and whom each is near to, itself first. */
interface Decomposition {
  readonly weights: readonly (readonly number[])[];
  readonly near: readonly Uint32Array[];
}

const squaredDistance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, part, m) => sum + (part - (b[m] ?? 0)) ** 2, 0);

const decompose = (objectives: number, members: number, neighbours: number): Decomposition => {
  const weights = weightsFor(objectives, members);
  return {
    weights,
    near: weights.map((own) => {
      const distances = weights.map((other) => squaredDistance(own, other));
      return Uint32Array.from(weights.keys())
        .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
        .subarray(0, neighbours);
    }),
  };
};

const shuffled = (values: Uint32Array, random: Random): Uint32Array => {
  const order = values.slice();
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = random.integer(0, i);
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
};

/**
 * MOEA/D (Zhang and Li 2007) with the replacement of Wang, Zhang, Zhou, Gong and Jiao (2016): the front is cut into as many directions as the population has members, and each
 * member is the best one for its own. Parents are neighbours; a child goes to the direction that it is best for, and takes the place of
 * up to two members around it. With `recombine: differential()` it is MOEA/D-DE (Li and Zhang 2009), for fronts that lie behind many
 * local ones or are hard to follow; take rates of 1 with it. A population of three objectives or more has as many members as a lattice that fits.
 *
 * @throws SearchError `INVALID_OPTION` for impossible numbers
 * @example
 * const { front } = await minimize(problem, { algorithm: moead(), populationSize: 40, generations: 10 });
 */
export const moead = ({ neighbours = 20, nearby = 0.9, replaced = 2, ...others }: MoeadOptions = {}): Algorithm => {
  checkOptions('moead()', others, ['neighbours', 'nearby', 'replaced']);
  for (const [name, count] of Object.entries({ neighbours, replaced }))
    if (!Number.isInteger(count) || count < 1) throw invalidOption(name, count, 'an integer >= 1');
  if (!(nearby >= 0 && nearby <= 1)) throw invalidOption('nearby', nearby, 'a probability from 0 to 1');
  let last: { readonly key: string; readonly value: Decomposition } | undefined;
  const decomposition = (objectives: number, members: number): Decomposition => {
    const key = `${objectives}:${members}`;
    if (last?.key !== key) last = { key, value: decompose(objectives, members, neighbours) };
    return last.value;
  };

  /** The first population: each direction in turn takes the best that is left, and the best of all when none is left. */
  const assign = (rows: Rows, ideal: Float64Array, { weights }: Decomposition): Uint32Array => {
    const { compare } = createScale(rows, ideal, rows.violations.keys());
    const all = Array.from(rows.violations.keys());
    const left = new Set(all);
    return Uint32Array.from(weights, (weight) => {
      const candidates = left.size > 0 ? [...left] : all;
      const best = candidates.reduce((a, b) => (compare(b, a, weight) < 0 ? b : a));
      left.delete(best);
      return best;
    });
  };

  return {
    name: 'moead',
    settings: { neighbours, nearby, replaced },
    offspring: (populationSize) => Math.ceil(populationSize / 10), // children soon become parents, as in the paper, where each does at once
    populationSize: (objectives) => (objectives < 2 ? 100 : weightsFor(objectives, 100).length),
    survivors: (rows, keep, { ideal, random, settled }) => {
      if (rows.violations.length === 0) return new Uint32Array(0);
      const parts = decomposition(rows.objectives, keep);
      const { weights, near } = parts;
      if (settled !== weights.length) return assign(rows, ideal, parts);
      const members = Uint32Array.from({ length: settled }, (_, i) => i);
      const { badness, compare } = createScale(rows, ideal, members);
      for (let child = settled; child < rows.violations.length; child += 1) {
        let home = 0;
        let least = Infinity;
        weights.forEach((weight, i) => {
          const own = badness(child, weight);
          if (own < least) [home, least] = [i, own];
        });
        let room = replaced;
        for (const i of shuffled(near[home] ?? members, random)) {
          if (room === 0) break;
          if (compare(child, members[i] ?? 0, weights[i] ?? []) >= 0) continue;
          members[i] = child;
          room -= 1;
        }
      }
      return members;
    },
    preference:
      ({ violations }) =>
      (a, b) =>
        (violations[a] ?? 0) - (violations[b] ?? 0),
    families: ({ violations, objectives }, { random, parents }: FamilyContext) => {
      const size = violations.length;
      const all = Uint32Array.from({ length: size }, (_, i) => i);
      const { near } = decomposition(objectives, size);
      let order: Uint32Array = new Uint32Array(0);
      let next = 0;
      return () => {
        if (next === order.length) [order, next] = [shuffled(all, random), 0];
        const own = order[next] ?? 0;
        next += 1;
        const around = random.next() < nearby ? (near[own] ?? all) : all;
        const pool = Array.from(around, (row) => Math.min(row, size - 1)).filter((row) => row !== own);
        const family = [own];
        while (family.length < parents) {
          const at = pool.length > 0 ? random.integer(0, pool.length - 1) : -1;
          family.push(at < 0 ? own : (pool.splice(at, 1)[0] ?? own));
        }
        return family;
      };
    },
  };
};
