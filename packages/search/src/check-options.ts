import { invalidOption, SearchError } from './errors.js';

/** The name that a misspelt one begins like. */
const nearestName = (name: string, names: readonly string[]): string | undefined =>
  names.find((known) => known.slice(0, 3) === name.slice(0, 3).toLowerCase());

/**
 * Refuses options that are none, for callers whose language does not: a name that is misspelt would otherwise be passed over in silence.
 *
 * @param what the function that takes them, as in `nsga3()`
 * @param names every option that it knows
 * @throws SearchError `INVALID_OPTION` unless `options` is an object without other names
 */
export const checkOptions = (what: string, options: unknown, names: readonly string[]): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(`the argument of ${what}`, options, `an object of options: ${names.join(', ')}`);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, names);
  const mend = near === undefined ? 'Leave it out.' : `Did you mean "${near}"?`;
  throw new SearchError('INVALID_OPTION', `${what} got an option "${unknown}": expected ${names.join(', ')}. ${mend}`);
};
