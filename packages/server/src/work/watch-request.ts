import { ServerError } from '../errors.js';
import type { InferenceRequest } from '../request.js';
import type { Job } from './job.js';

/** The longest that a timer waits, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/** The error of a request whose client has gone. */
export const abandoned = (): ServerError => new ServerError('ABANDONED', 'The client went away before the answer.');

/**
 * Settles a job as soon as its client goes away or its time is up.
 *
 * @returns what ends the watch
 */
export const watchRequest = (
  job: Job,
  { signal, timeoutMs }: Pick<InferenceRequest, 'signal' | 'timeoutMs'>,
): (() => void) => {
  const onAbort = (): void => job.settle(abandoned());
  signal?.addEventListener('abort', onAbort, { once: true });
  const onTimeout = (): void =>
    job.settle(
      new ServerError(
        'TIMED_OUT',
        `The request was not answered within its timeout_ms of ${timeoutMs}; what had not begun was not computed.`,
      ),
    );
  const timer = timeoutMs === undefined || timeoutMs > longestTimer ? undefined : setTimeout(onTimeout, timeoutMs);
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
};
