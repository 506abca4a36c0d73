import { SearchError } from '../errors.js';

/**
 * The number of [low, high] that is nearest to a gene.
 *
 * @throws SearchError `INVALID_OPTION` if the gene is no number
 */
export const nearest = (gene: number, low: number, high: number): number => {
  if (typeof gene !== 'number' || Number.isNaN(gene)) {
    throw new SearchError(
      'INVALID_OPTION',
      `a gene is ${String(gene)}: expected a number from ${low} to ${high}. Mend the seed or the operator it came from.`,
    );
  }
  return Math.min(high, Math.max(low, gene));
};

/** @throws SearchError `INVALID_OPTION` unless a space can have `length` genes */
export const checkLength = (length: number): void => {
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new SearchError('INVALID_OPTION', `length is ${length}: expected an integer >= 1, the number of genes.`);
  }
};

/** @throws SearchError `INVALID_OPTION` unless a genome has as many genes as its space */
export const checkGenes = (genome: readonly unknown[], length: number): void => {
  if (!Array.isArray(genome) || genome.length !== length) {
    const came = Array.isArray(genome) ? `${genome.length} genes` : JSON.stringify(genome);
    throw new SearchError(
      'INVALID_OPTION',
      `a genome has ${came}: expected an array of ${length}. Mend the seed or the operator it came from.`,
    );
  }
};
