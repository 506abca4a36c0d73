import { checkOptions } from '../check-options.js';
import type { Random } from '../random.js';
import { boundsFor, type Box } from './box.js';
import { checkProbability } from './pick-genes.js';
import { checkEta, power, root } from './power.js';

/** The box, and how much mutates how far. */
export interface PolynomialOptions extends Box {
  /** The distribution index, default 20: larger makes smaller steps. */
  readonly eta?: number;
  /** The probability that a gene changes. Default 1 / length. */
  readonly probability?: number;
}

/** A step as a share of the range, from -1 to 1: delta_q. `below` and `above` are the shares of the range on either side. */
const step = (
  u: number,
  { below, above }: { readonly below: number; readonly above: number },
  exponent: number,
): number =>
  u < 0.5
    ? root(2 * u + (1 - 2 * u) * power(1 - below, exponent), exponent) - 1
    : 1 - root(2 * (1 - u) + (2 * u - 1) * power(1 - above, exponent), exponent);

/**
 * Polynomial mutation of a real vector within bounds (Deb and Goyal 1996; the bounded form of Deb's NSGA-II code). Where no gene is hit
 * the vector itself comes back.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible box, index or probability
 * @example
 * const mutant = polynomial({ lower: -5, upper: 5, eta: 10 })([0, 1, 2], createRandom(1));
 */
export const polynomial = ({ eta = 20, probability, ...box }: PolynomialOptions = {}): ((
  genome: readonly number[],
  random: Random,
) => readonly number[]) => {
  checkOptions('polynomial()', box, ['eta', 'probability', 'lower', 'upper']);
  checkEta(eta);
  checkProbability(probability);
  const boundsAt = boundsFor(box);
  return (genome, random) => {
    const { low, high } = boundsAt(genome.length);
    const chance = probability ?? 1 / genome.length;
    let child: number[] | undefined;
    for (let i = nextHit(-1, chance, random); i < genome.length; i = nextHit(i, chance, random)) {
      const least = low[i] ?? 0;
      const most = high[i] ?? 0;
      const range = most - least;
      if (range === 0) continue;
      child ??= genome.slice();
      const value = Math.min(most, Math.max(least, child[i] ?? 0));
      const room = { below: (value - least) / range, above: (most - value) / range };
      child[i] = Math.min(most, Math.max(least, value + range * step(random.next(), room, eta + 1)));
    }
    return child ?? genome;
  };
};

/** The next gene that is hit when each is with the same probability: one draw for all that are passed over (a geometric gap). */
const nextHit = (gene: number, chance: number, random: Random): number =>
  chance >= 1
    ? gene + 1
    : chance > 0
      ? gene + 1 + Math.floor(Math.log(1 - random.next()) / Math.log1p(-chance))
      : Infinity;
