import { SearchError } from './errors.js';
import type { Candidate } from './generation.js';
import type { Result } from './problem.js';
import type { RandomState } from './random.js';
import { isDiscarded } from './results.js';

/** A generation whose results are still to come. */
export interface PendingGeneration<Genome, Value extends string> {
  readonly candidates: readonly Candidate<Genome>[];
  /** In the order of the candidates. */
  readonly results: (Result<Value> | undefined)[];
  missing: number;
  /** The random numbers before its candidates were made: a search that is saved now makes the same ones again. */
  readonly randomBefore: RandomState;
}

/** @param firstId the id of the first candidate; the others follow */
export const createPending = <Genome, Value extends string>(
  genomes: readonly Genome[],
  { firstId, randomBefore }: { readonly firstId: number; readonly randomBefore: RandomState },
): PendingGeneration<Genome, Value> => ({
  candidates: genomes.map((genome, i) => ({ id: firstId + i, genome })),
  results: new Array<undefined>(genomes.length).fill(undefined),
  missing: genomes.length,
  randomBefore,
});

/** Gives candidates the results that are known already. */
export const answerAgain = <Genome, Value extends string>(
  pending: PendingGeneration<Genome, Value>,
  resultFor: (genome: Genome) => Result<Value> | undefined,
): void => {
  pending.candidates.forEach(({ genome }, i) => {
    const result = resultFor(genome);
    if (result === undefined) return;
    pending.results[i] = result;
    pending.missing -= 1;
  });
};

/** The candidates without a result. */
export const waitingOf = <Genome, Value extends string>({
  candidates,
  results,
}: PendingGeneration<Genome, Value>): readonly Candidate<Genome>[] =>
  candidates.filter((_, i) => results[i] === undefined);

/** @throws SearchError `NO_CANDIDATES` where this result is the last one and all are discarded: there is nobody to go on with */
export const checkAnyKept = <Genome, Value extends string>(
  { candidates, results, missing }: PendingGeneration<Genome, Value>,
  index: number,
  result: Result<Value>,
): void => {
  if (!isDiscarded(result) || missing !== 1) return;
  if (!results.every((other, i) => i === index || (other && isDiscarded(other)))) return;
  throw new SearchError(
    'NO_CANDIDATES',
    `All ${candidates.length} candidates of the initial population were discarded, this one because: ${result.discarded}. Mend evaluate(), or what it measures.`,
  );
};
