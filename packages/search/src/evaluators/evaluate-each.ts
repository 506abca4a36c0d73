import { checkOptions } from '../check-options.js';
import type { Result } from '../problem.js';
import { evaluateBatch, type BatchContext, type EvaluateOneContext } from './evaluate-batch.js';
import { checkCountOrInfinity, checkLimit, resolvePolicy, type FailurePolicy } from './failure-policy.js';
import { createLimiter } from './limiter.js';
import type { NamesOf, OneResult } from './one-result.js';

/** How `evaluateEach` runs a batch. */
export interface EvaluateEachOptions extends FailurePolicy {
  /** Evaluations that may run at a time. Default Infinity: the whole batch at once. */
  readonly concurrency?: number;
  /** Milliseconds that one try may take. Default Infinity. */
  readonly timeoutMs?: number;
}

/** An `Evaluate` whose results come in the order of the genomes. */
export type EvaluateInOrder<Genome, Name extends string> = (
  genomes: readonly Genome[],
  context: BatchContext,
) => Promise<readonly Result<Name>[]>;

/**
 * Makes the `evaluate` of a problem from a function of a single genome: a network call, a subprocess, anything that is awaited.
 * The order in which evaluations end makes no difference to the results.
 *
 * A try fails when the function throws, rejects or is not done in `timeoutMs`; then the signal that it was handed aborts, and what it
 * gives later is ignored. A candidate that waits for its next try keeps its place among `concurrency`. A function that blocks the
 * thread cannot be timed, nor does it run beside others: that takes `workerPool`, of `@length-adaptive/search/workers`.
 *
 * The `evaluate` it gives throws what the function threw, unchanged; SearchError `TIMED_OUT`; and `ABORTED` as soon as the search's
 * signal aborts, without waiting for what still runs.
 *
 * @param one gives a finite number for each objective and constraint, or `{ discarded: 'why' }`
 * @throws SearchError `INVALID_OPTION`
 * @example
 * const evaluate = evaluateEach(
 *   async (shares, { signal, attempt }) => ({ cost: shares[0], score: Math.sqrt(shares[0]) }), // await fetch(url, { signal })
 *   { concurrency: 4, timeoutMs: 5_000, retries: 2, onFailure: 'discard' },
 * );
 * const { front } = await new Search({ ...problem, evaluate }, { generations: 5 }).run();
 */
export const evaluateEach = <Genome, R extends OneResult<R>>(
  one: (genome: Genome, context: EvaluateOneContext) => R | Promise<R>,
  { concurrency = Infinity, timeoutMs = Infinity, ...policy }: EvaluateEachOptions = {},
): EvaluateInOrder<Genome, NamesOf<R>> => {
  checkOptions('evaluateEach()', policy, ['concurrency', 'timeoutMs', 'retries', 'backoffMs', 'onFailure']);
  checkCountOrInfinity('concurrency', concurrency, 1);
  checkLimit('timeoutMs', timeoutMs);
  const resolved = resolvePolicy(policy);
  const measure = one as (
    genome: Genome,
    context: EvaluateOneContext,
  ) => Result<NamesOf<R>> | Promise<Result<NamesOf<R>>>;
  return (genomes, context) =>
    evaluateBatch(genomes, context, { ...resolved, one: measure, timeoutMs, limiter: createLimiter(concurrency) });
};
