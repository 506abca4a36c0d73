/** What runs in BullMQ's worker threads: finds the processor module and calls its `evaluate`. */
import { workerData } from 'node:worker_threads';
import type { Result } from '@length-adaptive/search';
import { messageOf } from './errors.js';
import type { JobData } from './job.js';
import { isBatchError } from './outcome.js';
import type { EvaluateGenome, SandboxData } from './processor.js';

/** The part of BullMQ's job that is used here. */
interface SandboxedJob {
  readonly data: JobData;
  readonly attemptsMade: number;
}

const { processor, settings } = workerData as SandboxData;

/** An error that BullMQ does not try again; its code goes through Redis in front of the message. */
const unrecoverable = (code: string, message: string, cause: unknown): Error =>
  Object.assign(new Error(`${code}: ${message}`, { cause }), { name: 'UnrecoverableError' });

const findEvaluate = async (): Promise<EvaluateGenome> => {
  let module: { readonly evaluate?: unknown };
  try {
    module = (await import(processor)) as typeof module;
  } catch (error) {
    throw unrecoverable('PROCESSOR_INVALID', `The processor ${processor} cannot be loaded: ${messageOf(error)}`, error);
  }
  if (typeof module.evaluate === 'function') return module.evaluate as EvaluateGenome;
  const names = Object.keys(module).join(', ') || 'nothing';
  throw unrecoverable(
    'PROCESSOR_INVALID',
    `The processor ${processor} exports ${names}; expected a function "evaluate": export const evaluate = (genome, { study }) => ({ cost: 1 });`,
    undefined,
  );
};

/** JSON would make null of NaN. */
const checked = (result: unknown): Result => {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) {
    const [name, value] =
      Object.entries(result).find(([key, given]) =>
        key === 'discarded' ? typeof given !== 'string' : !Number.isFinite(given),
      ) ?? [];
    if (name === undefined) return result as Result;
    throw new TypeError(
      `The processor gave ${name} = ${String(value)}; expected finite numbers, or { discarded: 'why' }.`,
    );
  }
  throw new TypeError(
    `The processor gave ${String(result)}; expected an object with a number for each objective, or { discarded: 'why' }.`,
  );
};

const run = async ({ data: { genome, ...rest }, attemptsMade }: SandboxedJob): Promise<Result> => {
  const evaluate = await findEvaluate();
  try {
    return checked(await evaluate(genome, { ...rest, settings, attempt: attemptsMade }));
  } catch (error) {
    const { code } = (error ?? {}) as { readonly code?: unknown };
    if (isBatchError(code)) throw unrecoverable(code, messageOf(error), error);
    throw error instanceof Error ? error : new Error(String(error));
  }
};

export { run as default }; // what BullMQ looks for
