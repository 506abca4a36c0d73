import { SearchError } from '../errors.js';
import type { AbortSignalLike, EvaluateContext, Result } from '../problem.js';
import type { FailurePolicy } from './failure-policy.js';
import { fanOut } from './fan-out.js';
import type { Limiter } from './limiter.js';
import type { PlatformAbortSignal } from './platform.js';
import { pause, supervise } from './supervise.js';

/** What an evaluation of one genome is told beside it. */
export interface EvaluateOneContext {
  /** Aborts when the time is up, when the batch is given up and when another candidate ended it: stop then if you can. */
  readonly signal: PlatformAbortSignal;
  /** 0 for the initial population, then 1, 2, ... */
  readonly generation: number;
  /** What names the genotype in a cache or a log. */
  readonly key: string;
  /** 0 for the first try, then 1, 2, ... */
  readonly attempt: number;
  /** Under `successiveHalving`: how thoroughly to measure. */
  readonly fidelity?: number;
}

/** What a batch is told: the search's context, and the fidelity under `successiveHalving`. */
export type BatchContext = EvaluateContext & { readonly fidelity?: number };

/** How the candidates of a batch are run. */
export interface BatchPlan<Genome, Name extends string> extends Required<FailurePolicy> {
  readonly one: (genome: Genome, context: EvaluateOneContext) => Result<Name> | Promise<Result<Name>>;
  readonly limiter: Limiter;
  /** For one try, in milliseconds. */
  readonly timeoutMs: number;
  /** Is this nothing that one candidate could be blamed for, to be thrown whatever the policy? */
  readonly alwaysThrow?: (error: unknown) => boolean;
}

/** The error of a try that took too long. */
export const timedOut = (key: string, ms: number): SearchError =>
  new SearchError(
    'TIMED_OUT',
    `The evaluation of ${key} gave no result in ${ms} ms: raise timeoutMs, or let onFailure: 'discard' go on without it.`,
  );

const reasonOf = (error: unknown, tries: number): string => {
  const message = (error as { readonly message?: unknown } | undefined)?.message;
  return `failed${tries > 1 ? ` ${tries} times, at last` : ''}: ${String(message ?? error)}`;
};

/** The result of one candidate, after as many tries as the plan allows. */
const evaluateOne = async <Genome, Name extends string>(
  genome: Genome,
  context: Omit<EvaluateOneContext, 'signal' | 'attempt'>,
  plan: BatchPlan<Genome, Name> & { readonly batch: AbortSignalLike },
): Promise<Result<Name>> => {
  const { one, batch, timeoutMs, retries, backoffMs, onFailure, alwaysThrow } = plan;
  const deadline = { ms: timeoutMs, error: () => timedOut(context.key, timeoutMs) };
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await supervise((signal) => one(genome, { ...context, signal, attempt }), { signal: batch, deadline });
    } catch (error) {
      if (batch.aborted) throw error;
      if (attempt >= retries) {
        if (onFailure === 'throw' || alwaysThrow?.(error)) throw error;
        return { discarded: reasonOf(error, attempt + 1) };
      }
    }
    await pause(backoffMs * 2 ** attempt, batch);
  }
};

/**
 * The results of a batch, in its order. When one of its candidates ends it, or its signal aborts, it rejects at once: the evaluations
 * that run are told to stop, and no further ones start.
 */
export const evaluateBatch = <Genome, Name extends string>(
  genomes: readonly Genome[],
  { signal: outer, generation, keys, fidelity }: BatchContext,
  plan: BatchPlan<Genome, Name>,
): Promise<readonly Result<Name>[]> =>
  supervise(
    (signal, abort) => {
      const batch = fanOut(signal);
      const run = async (genome: Genome, i: number): Promise<Result<Name>> => {
        const context = { generation, key: keys[i] ?? '', ...(fidelity === undefined ? {} : { fidelity }) };
        try {
          return await evaluateOne(genome, context, { ...plan, batch });
        } catch (error) {
          abort(error); // before its place goes to the next
          throw error;
        }
      };
      return Promise.all(genomes.map((genome, i) => plan.limiter(() => run(genome, i))));
    },
    { signal: outer },
  );
