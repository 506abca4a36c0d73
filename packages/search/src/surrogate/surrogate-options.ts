import type { Algorithm } from '../algorithms/algorithm.js';
import { nsga2 } from '../algorithms/nsga2.js';
import type { Objectives } from '../dominance.js';
import { invalidOption, SearchError } from '../errors.js';
import { resolveSettings, type ResolvedSettings, type SearchLimits } from '../options.js';
import { gaussianProcess, ridge } from './gaussian-process.js';
import type { Regression } from './regression.js';

/** How a surrogate-assisted search goes; all of it is kept in a checkpoint. */
export interface SurrogateSettings<Name extends string = string> {
  /**
   * Genotypes that are measured before there is a model, spread out: of the problem's seeds, then of samples. Default
   * 10.
   */
  readonly start?: number;
  /** How many of the first seeds are among them in any case, as far as `start` reaches; the others are chosen to be far from these. Default 2. */
  readonly leadingSeeds?: number;
  /** Genotypes proposed at once. Default 5. */
  readonly batch?: number;
  /**
   * The rank correlation that each learned value must have with what is foretold of it by the other measurements; below
   * it, batches are offspring of the population as without a model. From -1 (the model always proposes) to 1 (never).
   * Default 0.5.
   */
  readonly trust?: number;
  /** Survivors that offspring are bred of, where the model does not foretell. Default 20. */
  readonly populationSize?: number;
  /** The probability that such a child has two parents. Default 0.9. */
  readonly crossoverRate?: number;
  /** The probability that such a child of two parents is mutated too. Default 0.9. */
  readonly mutationRate?: number;
  /** Proposals allowed for each new genotype wanted. Default 50. */
  readonly attempts?: number;
  /**
   * The point that hypervolume is measured from. Default: for proposals a tenth beyond the front; then generations
   * report none.
   */
  readonly reference?: Objectives<Name>;
}

/** Everything a surrogate-assisted search takes beside its problem. */
export interface SurrogateOptions<Name extends string = string> extends SearchLimits<Name>, SurrogateSettings<Name> {
  /** What searches the model, and the problem where there is none. Default `nsga2()`. */
  readonly algorithm?: Algorithm;
  /**
   * What learns the values that are not exact: of these the one that foretells a value best. Default
   * `[gaussianProcess(), ridge()]`.
   */
  readonly regressions?: readonly Regression[];
  /** An integer from 0 to 2^32 - 1. Same seed, same search. Default 0. */
  readonly seed?: number;
}

/** Settings with every default filled in. */
export type ResolvedSurrogateSettings<Name extends string> = ResolvedSettings<Name> &
  Required<Pick<SurrogateSettings<Name>, 'start' | 'leadingSeeds' | 'batch' | 'trust'>>;

const KNOWN = [
  ...[
    'start',
    'leadingSeeds',
    'batch',
    'trust',
    'populationSize',
    'crossoverRate',
    'mutationRate',
    'attempts',
    'reference',
    'algorithm',
  ],
  ...['regressions', 'seed', 'generations', 'evaluations', 'until'],
];

/** @throws SearchError `INVALID_OPTION` for an option that a surrogate-assisted search does not have */
export const checkSurrogateOptions = (options: object): void => {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown === undefined) return;
  throw new SearchError(
    'INVALID_OPTION',
    `"${unknown}" is no option of a surrogate search: expected ${KNOWN.join(', ')}.`,
  );
};

/** @throws SearchError `INVALID_OPTION`, saying which setting and what was expected */
export const resolveSurrogateSettings = <Name extends string>(
  { start = 10, leadingSeeds = 2, batch = 5, trust = 0.5, populationSize = 20, ...settings }: SurrogateSettings<Name>,
  algorithm: Algorithm = nsga2(),
  names: readonly Name[],
): ResolvedSurrogateSettings<Name> => {
  for (const [name, value] of Object.entries({ start, batch })) {
    if (!Number.isInteger(value) || value < 1) throw invalidOption(name, value, 'an integer >= 1');
  }
  if (!Number.isInteger(leadingSeeds) || leadingSeeds < 0)
    throw invalidOption('leadingSeeds', leadingSeeds, 'an integer >= 0');
  if (!(trust >= -1 && trust <= 1)) throw invalidOption('trust', trust, 'a rank correlation from -1 to 1');
  const evolution = { ...settings, populationSize, offspring: batch };
  return { ...resolveSettings(evolution, algorithm, names), start, leadingSeeds, batch, trust };
};

/** @throws SearchError `INVALID_OPTION` unless there is a regression, and each has a name of its own */
export const resolveRegressions = (
  regressions: readonly Regression[] = [gaussianProcess(), ridge()],
): readonly Regression[] => {
  const names = regressions.map(({ name }) => name);
  if (names.length > 0 && new Set(names).size === names.length) return regressions;
  throw new SearchError(
    'INVALID_OPTION',
    `regressions has the names [${names.join(', ')}]: expected one regression or more, each with a name of its own, as in [gaussianProcess(), ridge()].`,
  );
};
