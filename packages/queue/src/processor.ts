import type { Result } from '@length-adaptive/search';

/** What a processor is told beside the genome. */
export interface ProcessorContext<Study = unknown, Settings = unknown> {
  /** What the evaluator calls its study: everything beside the genome that the result depends on. */
  readonly study: Study;
  /** What names the genotype. */
  readonly key: string;
  /** The worker's own settings, from `startWorker`. */
  readonly settings: Settings;
  /** 0 for the first try, then 1, 2, ... */
  readonly attempt: number;
}

/**
 * What a processor module exports as `evaluate`: it measures one genome, in a worker thread. It may block that thread for as long as it
 * takes. What it keeps in variables of its module is there for the next genome.
 *
 * An error is tried again, as often as the evaluator allows; one whose `code` is `STUDY_REFUSED` ends the whole batch, for what is wrong
 * with every genome: another data set than the study's, a file that is not here.
 *
 * @returns a finite number for each objective and constraint, or `{ discarded: 'why' }`
 */
export type EvaluateGenome<Genome = unknown, Study = unknown, Settings = unknown> = (
  genome: Genome,
  context: ProcessorContext<Study, Settings>,
) => Result | Promise<Result>;

/** What `startWorker` hands to its threads. */
export interface SandboxData {
  /** URL of the processor module. */
  readonly processor: string;
  readonly settings: unknown;
}
