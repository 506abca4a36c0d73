import { checkOptions } from '../check-options.js';
import { invalidOption } from '../errors.js';
import type { Recombination } from '../space.js';
import { boundsFor, type Box } from './box.js';

/** The box, and how far differences carry. */
export interface DifferentialOptions extends Box {
  /** What the difference of two parents is multiplied by: F. Default 0.5. */
  readonly weight?: number;
  /** The probability that a gene takes part: CR. Default 1; one gene always does. */
  readonly rate?: number;
  /**
   * Where a gene comes to lie that would leave the box: anywhere `'between'` the first parent and the border, or `'at'` the border, which is
   * where some problems have their best genomes. Default `'between'`.
   */
  readonly outside?: 'between' | 'at';
}

/**
 * Differential evolution's way to make a real vector (Storn and Price 1997; as MOEA/D-DE has it, Li and Zhang 2009): the child of three
 * parents is the first and `weight` times the difference of the others. It turns with the population: what is steep or slanted needs
 * no other step size.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible box, weight, rate or place of what would leave the box
 * @example
 * const { front } = await minimize({ ...zdt1(), recombine: differential() }, { algorithm: moead(), evaluations: 400 });
 */
export const differential = ({
  weight = 0.5,
  rate = 1,
  outside = 'between',
  ...box
}: DifferentialOptions = {}): Recombination<readonly number[]> => {
  checkOptions('differential()', box, ['weight', 'rate', 'outside', 'lower', 'upper']);
  if (!(weight > 0 && weight <= 2)) throw invalidOption('weight', weight, 'a number above 0, at most 2');
  if (!(rate >= 0 && rate <= 1)) throw invalidOption('rate', rate, 'a probability from 0 to 1');
  if (outside !== 'between' && outside !== 'at') throw invalidOption('outside', outside, "'between' or 'at'");
  const boundsAt = boundsFor(box);
  return {
    parents: 3,
    combine: ([base = [], plus = [], minus = []], random) => {
      const { low, high } = boundsAt(base.length);
      const always = base.length === 0 ? 0 : random.integer(0, base.length - 1);
      const child = base.map((gene, i) => {
        if (i !== always && rate < 1 && random.next() >= rate) return gene;
        const moved = gene + weight * ((plus[i] ?? 0) - (minus[i] ?? 0));
        const [least, most] = [low[i] ?? 0, high[i] ?? 0];
        if (moved >= least && moved <= most) return moved;
        const border = moved < least ? least : most;
        return outside === 'at' ? border : gene + random.next() * (border - gene);
      });
      return [child];
    },
  };
};
