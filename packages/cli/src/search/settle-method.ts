import type { LengthSearchMethod } from '@length-adaptive/models';
import { searchMethodOf } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import { flagOf } from '../context/settings.js';
import type { SearchSettings } from './options.js';

/** Settings of a search of which the method is known. */
export type SettledSearch = SearchSettings & { readonly method: LengthSearchMethod };

/**
 * The settings with the method that they ask for, and with the generations and the population that it has.
 *
 * @throws CliError `USAGE` for generations or a population of a search that has none
 */
export const settleMethod = (settings: SearchSettings): SettledSearch => {
  const { generations, population } = settings;
  const [own] = Object.entries({ generations, population }).filter(([, value]) => value !== undefined);
  if (settings.method === 'surrogate' && own) {
    throw new CliError(
      'USAGE',
      `${flagOf(own[0])} is for --method nsga2; a search by surrogate is made longer or shorter with --evaluations.`,
    );
  }
  const method = searchMethodOf({ method: settings.method, generations, populationSize: population });
  if (method === 'surrogate') return { ...settings, method };
  return { ...settings, method, generations: generations ?? 10, population: population ?? 20 };
};
