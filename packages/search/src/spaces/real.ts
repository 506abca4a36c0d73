import { checkOptions } from '../check-options.js';
import { SearchError } from '../errors.js';
import { boundsOf } from '../operators/box.js';
import { polynomial } from '../operators/polynomial.js';
import { sbx } from '../operators/sbx.js';
import type { Space } from '../space.js';
import { nearest } from './check-genes.js';
import type { Overrides } from './overrides.js';
import { vectorKey } from './vector-key.js';

/** The range of a number, and what moves in it. */
export interface RealOptions extends Overrides<number> {
  readonly lower: number;
  readonly upper: number;
  /** `log` samples and moves in the logarithm: for rates and sizes, where 1 is to 10 as 10 is to 100. Default `linear`. */
  readonly scale?: 'linear' | 'log';
  /** The distribution index of `sbx`. Default 20. */
  readonly crossoverEta?: number;
  /** The distribution index of `polynomial`. Default 20. */
  readonly mutationEta?: number;
}

const same = (x: number): number => x;

/**
 * A number from `lower` to `upper`: uniform samples, SBX (with probability 1/2, as for each gene of a vector), polynomial mutation;
 * all of it in the logarithm if `scale` is `log`. For many numbers of one kind `realVector` is faster.
 *
 * @throws SearchError `INVALID_OPTION` for an impossible range or index; `repair` throws it for what is no number
 * @example
 * const rate = real({ lower: 1e-5, upper: 0.1, scale: 'log' });
 */
export const real = ({
  lower,
  upper,
  scale = 'linear',
  crossoverEta = 20,
  mutationEta = 20,
  crossover,
  mutate,
  ...others
}: RealOptions): Space<number> => {
  checkOptions('real()', others, ['lower', 'upper', 'scale', 'crossoverEta', 'mutationEta', 'crossover', 'mutate']);
  boundsOf({ lower, upper }, 1);
  if (scale !== 'linear' && scale !== 'log') {
    throw new SearchError('INVALID_OPTION', `scale is ${JSON.stringify(scale)}: expected 'linear' or 'log'.`);
  }
  if (scale === 'log' && lower <= 0) {
    throw new SearchError(
      'INVALID_OPTION',
      `lower is ${lower} on a log scale: expected a number above 0. Raise it, or use 'linear'.`,
    );
  }
  const [place, value] = scale === 'log' ? [Math.log, Math.exp] : [same, same];
  const box = { lower: place(lower), upper: place(upper) };
  const cross = sbx({ ...box, eta: crossoverEta });
  const move = polynomial({ ...box, eta: mutationEta });
  /** Back from the scale; a gene that did not move is the old one to the last bit. */
  const settle = (moved: number | undefined, old: number): number =>
    moved === undefined || moved === place(old) ? old : nearest(value(moved), lower, upper);

  return {
    initial: (random) => nearest(value(box.lower + random.next() * (box.upper - box.lower)), lower, upper),
    crossover:
      crossover ??
      ((a, b, random) => {
        const [[first], [second]] = cross([place(a)], [place(b)], random);
        return [settle(first, a), settle(second, b)];
      }),
    mutate: mutate ?? ((gene, random) => settle(move([place(gene)], random)[0], gene)),
    repair: (gene) => nearest(gene, lower, upper),
    key: (gene) => vectorKey([gene]),
  };
};
