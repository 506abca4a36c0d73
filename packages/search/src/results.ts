import { SearchError } from './errors.js';
import type { Discarded, Result, Results } from './problem.js';

/** Is this the word that an evaluation gave no numbers? */
export const isDiscarded = (result: Result): result is Discarded => typeof result['discarded'] === 'string';

/** @throws SearchError `INVALID_OBJECTIVES` unless a result holds a finite number for each name, or says why it was discarded */
export const checkResult = (result: Result | undefined, genome: unknown, names: readonly string[]): void => {
  if (result !== undefined && result !== null && isDiscarded(result)) return;
  for (const name of names) {
    const value: unknown = result?.[name as keyof Result];
    if (!Number.isFinite(value)) {
      throw new SearchError(
        'INVALID_OBJECTIVES',
        `evaluate gave ${name} = ${String(value)} for ${JSON.stringify(genome)}: expected a finite number. ` +
          "Give { discarded: 'why' } for a candidate that cannot be measured, or refuse it in `accept`.",
      );
    }
  }
};

/**
 * The results of a batch in the order of its genomes, each of them checked.
 *
 * @throws SearchError `INVALID_OBJECTIVES` unless there is a good result for each genome
 */
export const inOrder = <Genome, Name extends string>(
  results: Results<Genome, Name>,
  genomes: readonly Genome[],
  names: readonly string[],
): readonly Result<Name>[] => {
  if (results instanceof Map) {
    const missing = genomes.find((genome) => !results.has(genome));
    if (missing !== undefined) {
      throw new SearchError(
        'INVALID_OBJECTIVES',
        `evaluate gave a map without ${JSON.stringify(missing)}: expected a result for each of the ${genomes.length} genomes.`,
      );
    }
  } else if (!Array.isArray(results) || results.length !== genomes.length) {
    const came = Array.isArray(results) ? `${results.length} results` : `a value of type ${typeof results}`;
    throw new SearchError(
      'INVALID_OBJECTIVES',
      `evaluate gave ${came} for ${genomes.length} genomes: expected an array with one result for each, in order, or a Map from genomes to results.`,
    );
  }
  const ordered =
    results instanceof Map
      ? genomes.map((genome) => results.get(genome) as Result<Name>)
      : (results as readonly Result<Name>[]);
  for (let i = 0; i < genomes.length; i += 1) checkResult(ordered[i], genomes[i], names);
  return ordered;
};
