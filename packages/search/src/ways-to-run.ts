import { aborted, unlessAborted } from './abort.js';
import { SearchError } from './errors.js';
import type { Candidate, StopReason } from './generation.js';
import { keyOf } from './genotype-set.js';
import { lazily } from './lazily.js';
import { checkEvaluate, type AbortSignalLike, type Problem, type Result, type Solution } from './problem.js';
import { checkResult, inOrder } from './results.js';

/** What proposes candidates and takes their results, whoever measures them; `Report` is what a completed step gives. */
export interface Engine<Genome, Name extends string, Constraint extends string, Report> {
  /** The last completed generation; -1 before the initial one. */
  readonly generation: number;
  /** Genotypes evaluated so far, discarded ones included. */
  readonly evaluations: number;
  /** The names of all values of a result: objectives, then constraints. */
  readonly names: readonly (Name | Constraint)[];
  /** The candidates of the next step that have no result yet, made when they are first asked for; none at the end. */
  ask(): readonly Candidate<Genome>[];
  /** The candidate with this id, if it waits for a result. */
  waiting(id: number): Candidate<Genome> | undefined;
  /**
   * Records the checked result of a candidate that waits for it; the last one completes the step.
   *
   * @throws SearchError `NO_CANDIDATES` where all candidates of the initial population are discarded
   */
  record(id: number, result: Result<Name | Constraint>): Report | undefined;
  /** Why it has ended; undefined while there may be more candidates. */
  stopReason(): StopReason | undefined;
  /** The Pareto front, one solution for each objective vector. */
  front(): readonly Solution<Genome, Name, Constraint>[];
  /** Everything measured so far, in order. */
  evaluated(): readonly Solution<Genome, Name, Constraint>[];
}

/** The ways to run an engine; only one of them at a time. */
export interface WaysToRun<Genome, Value extends string, Report> {
  /** @throws SearchError `NO_CANDIDATES`, `BUSY` while it runs by itself */
  ask(): readonly Candidate<Genome>[];
  /** @throws SearchError `UNKNOWN_CANDIDATE`, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY` */
  tell(id: number, result: Result<Value>): Report | undefined;
  /**
   * Goes on to the end.
   *
   * @returns what `ended` makes of the reason
   * @throws SearchError `INVALID_PROBLEM` without `evaluate`, `ABORTED`, `INVALID_OBJECTIVES`, `NO_CANDIDATES`, `BUSY`;
   * and whatever `evaluate` and `onGeneration` throw
   */
  run<End>(
    signal: AbortSignalLike | undefined,
    onGeneration: ((report: Report) => void | Promise<void>) | undefined,
    ended: (stopped: StopReason) => End,
  ): Promise<End>;
  /** Step by step; it throws what `run` throws. */
  generations(signal: AbortSignalLike | undefined): AsyncGenerator<Report, StopReason, void>;
}

/**
 * The ways to run an engine: on its own, step by step, or with evaluations that the caller makes.
 *
 * @param step what errors call a step of this search
 * @param abortBeforeAsking for an engine whose candidates take long to make: none are made after an abort
 */
export const waysToRun = <Genome, Name extends string, Constraint extends string, Report>(
  problem: Problem<Genome, Name, Constraint>,
  engine: Engine<Genome, Name, Constraint, Report>,
  step = 'generation',
  abortBeforeAsking = false,
): WaysToRun<Genome, Name | Constraint, Report> => {
  let busy = false;

  const checkIdle = (): void => {
    if (busy) {
      throw new SearchError(
        'BUSY',
        'This search is running already: wait for it, or make a second one to run beside it.',
      );
    }
  };

  const markBusy = (): void => {
    checkIdle();
    checkEvaluate(problem);
    busy = true;
  };

  /** One step, all of it or nothing; or why there is none. */
  const next = async (signal: AbortSignalLike | undefined): Promise<{ report: Report } | StopReason> => {
    if (abortBeforeAsking && signal?.aborted) throw aborted(signal.reason);
    const candidates = engine.ask();
    if (candidates.length === 0) return engine.stopReason() ?? 'saturated';
    if (signal?.aborted) throw aborted(signal.reason);
    const genomes = candidates.map(({ genome }) => genome);
    const keys = lazily(() => genomes.map((genome) => keyOf(problem, genome)));
    const context = {
      generation: engine.generation + 1,
      get keys() {
        return keys();
      },
      ...(signal && { signal }),
    };
    const results = inOrder(
      await unlessAborted(() => problem.evaluate(genomes, context), signal),
      genomes,
      engine.names,
    );
    let report: Report | undefined;
    candidates.forEach(({ id }, i) => void (report = engine.record(id, results[i] as Result<Name | Constraint>)));
    return { report: report as Report };
  };

  return {
    ask: () => {
      checkIdle();
      return engine.ask();
    },
    tell: (id, result) => {
      checkIdle();
      const candidate = engine.waiting(id);
      if (!candidate) {
        throw new SearchError(
          'UNKNOWN_CANDIDATE',
          `No candidate ${id} waits for a result: it is of another ${step}, or it has one. Tell each candidate of the last ask() once.`,
        );
      }
      checkResult(result, candidate.genome, engine.names);
      return engine.record(id, result);
    },
    run: async (signal, onGeneration, ended) => {
      markBusy();
      try {
        for (;;) {
          const made = await next(signal);
          if (typeof made === 'string') return ended(made);
          await onGeneration?.(made.report);
        }
      } finally {
        busy = false;
      }
    },
    async *generations(signal) {
      markBusy();
      try {
        for (;;) {
          const made = await next(signal);
          if (typeof made === 'string') return made;
          yield made.report;
        }
      } finally {
        busy = false;
      }
    },
  };
};
