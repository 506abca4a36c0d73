import type { OneResult } from '../evaluators/one-result.js';
import { isNumbered, packError, type EvaluationRequest, type WorkerContext } from './protocol.js';
import { workerPort } from './worker-port.js';

/**
 * Makes a worker evaluate genomes for a `workerPool`: call it once, at the end of the worker's file, in Node and in the browser alike.
 * The pool waits for that call, so slow set-up may come before it; what it sends is evaluated one genome at a time.
 *
 * @param one gives a finite number for each objective and constraint, or `{ discarded: 'why' }`; what it throws is thrown on the pool's
 * side, with its name and message
 * @throws SearchError `NOT_A_WORKER` in a main thread
 * @example
 * serveEvaluations((shares) => ({ cost: shares[0], score: Math.sqrt(shares[0]) }));
 */
export const serveEvaluations = <Genome, R extends OneResult<R>>(
  one: (genome: Genome, context: WorkerContext) => R | Promise<R>,
): void => {
  const port = workerPort();
  const serve = async ({ evaluation, genome, context }: EvaluationRequest): Promise<void> => {
    try {
      port.post({ evaluation, result: await one(genome as Genome, context) });
    } catch (error) {
      port.post({ evaluation, error: packError(error) }); // also for a result that cannot be posted
    }
  };
  port.listen((message) => {
    if (isNumbered(message)) void serve(message as EvaluationRequest);
  });
  port.post({ evaluation: 0 });
};
