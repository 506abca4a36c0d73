import type { GenomeOf, Space } from '../space.js';
import { compose } from './compose.js';
import type { Overrides } from './overrides.js';

/** The genomes of some spaces, by name. */
export type RecordOf<Spaces extends Readonly<Record<string, Space<unknown>>>> = {
  readonly [Name in keyof Spaces]: GenomeOf<Spaces[Name]>;
};

/**
 * Named genes, each of its own space; records may hold records. Children take each gene from that gene's own crossover; each gene mutates
 * with probability 1 / n, and at least one does.
 *
 * @throws SearchError `INVALID_OPTION` for no spaces, or what is none
 * @example
 * const training = record({
 *   rate: real({ lower: 1e-5, upper: 0.1, scale: 'log' }),
 *   layers: integer({ lower: 1, upper: 24 }),
 *   optimizer: choice(['sgd', 'adam']),
 * });
 */
export const record = <const Spaces extends Readonly<Record<string, Space<unknown>>>>(
  spaces: Spaces,
  overrides: Overrides<RecordOf<Spaces>> = {},
): Space<RecordOf<Spaces>> => {
  const names = Object.keys(spaces);
  return compose<RecordOf<Spaces>>(
    names.map((name) => [name, spaces[name] as Space<unknown>]),
    {
      read: (genome, i) => genome[names[i] as string],
      build: (genes) => {
        const genome: Record<string, unknown> = {};
        for (let i = 0; i < names.length; i += 1) genome[names[i] as string] = genes[i];
        return genome as RecordOf<Spaces>;
      },
    },
    overrides,
  );
};
