import { checkOptions } from './check-options.js';
import { invalidOption } from './errors.js';
import { boundsOf, type Box } from './operators/box.js';
import { createRandom } from './random.js';
import { checkLength } from './spaces/check-genes.js';

export interface LatinHypercubeOptions extends Box {
  /** How many genes a vector has. */
  readonly length: number;
  /** How many vectors. */
  readonly count: number;
  /** An integer from 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

/**
 * Vectors that cover every gene's range evenly (McKay, Beckman and Conover 1979): cut into `count` equal parts, each part of each gene
 * holds exactly one of them. A start for a search with few evaluations, as `seeds`.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible length, count, box or seed
 * @example
 * const seeds = latinHypercube({ length: 30, count: 100 });
 * await minimize({ ...zdt1(), seeds }, { generations: 5 });
 */
export const latinHypercube = ({
  length,
  count,
  seed = 0,
  lower = 0,
  upper = 1,
  ...others
}: LatinHypercubeOptions): readonly (readonly number[])[] => {
  checkOptions('latinHypercube()', others, ['length', 'count', 'seed', 'lower', 'upper']);
  checkLength(length);
  if (!Number.isSafeInteger(count) || count < 1) throw invalidOption('count', count, 'an integer >= 1');
  const { low, high } = boundsOf({ lower, upper }, length);
  const random = createRandom(seed);
  const vectors = Array.from({ length: count }, () => new Array<number>(length).fill(0));
  for (let gene = 0; gene < length; gene += 1) {
    const parts = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i >= 0; i -= 1) {
      const j = random.integer(0, i);
      const part = parts[j] ?? 0;
      parts[j] = parts[i] ?? 0;
      const [least, most] = [low[gene] ?? 0, high[gene] ?? 0];
      const vector = vectors[i] ?? [];
      vector[gene] = Math.min(most, least + ((part + random.next()) / count) * (most - least));
    }
  }
  return vectors;
};
