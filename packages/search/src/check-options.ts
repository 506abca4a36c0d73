import { invalidOption, SearchError } from './errors.js';

/** How many letters must be put in, taken out or replaced to make one word of another (Levenshtein 1966). */
const editsBetween = (from: string, to: string): number => {
  let above = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (above[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[to.length] ?? 0;
};

/** The name that is nearest to a misspelt one, if it is near. */
const nearestName = (name: string, names: readonly string[]): string | undefined => {
  const [best] = names
    .map((known) => ({ known, edits: editsBetween(name.toLowerCase(), known.toLowerCase()) }))
    .filter(({ known, edits }) => edits <= known.length / 3)
    .sort((a, b) => a.edits - b.edits);
  return best?.known;
};

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
