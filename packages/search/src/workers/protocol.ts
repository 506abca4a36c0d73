import type { EvaluateOneContext } from '../evaluators/evaluate-batch.js';
import type { Result } from '../problem.js';

/** What an evaluation in a worker is told beside the genome. A worker that should stop is terminated: there is no signal. */
export type WorkerContext = Omit<EvaluateOneContext, 'signal'>;

/** An error in a form that every platform copies between threads. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** To the worker: evaluate this. `evaluation` counts from 1. */
export interface EvaluationRequest {
  readonly evaluation: number;
  readonly genome: unknown;
  readonly context: WorkerContext;
}

/** From the worker: what came of a request. Number 0, with neither result nor error: ready for requests. */
export interface EvaluationReply {
  readonly evaluation: number;
  readonly result?: Result;
  readonly error?: SentError;
}

/** Is this message one of ours? Others may talk to and from a worker too. */
export const isNumbered = (message: unknown): message is { readonly evaluation: number } =>
  typeof message === 'object' && message !== null && 'evaluation' in message && typeof message.evaluation === 'number';

export const packError = (error: unknown): SentError => {
  const { name = 'Error', message = String(error), stack = '' } = (error ?? {}) as Partial<SentError>;
  return { name: String(name), message: String(message), stack: String(stack) };
};

/** The error as it was thrown: its name, its message, and the stack of the worker. */
export const unpackError = ({ name, message, stack }: SentError): Error =>
  Object.defineProperties(new Error(message), {
    name: { value: name, configurable: true, writable: true },
    stack: { value: stack, configurable: true, writable: true },
  });
