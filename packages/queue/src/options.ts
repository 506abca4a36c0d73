import type { Result } from '@length-adaptive/search';
import { invalidOption } from './errors.js';
import { parseAddress, type RedisConnection } from './redis-address.js';

/** The name of the queue where none is given. */
export const DEFAULT_QUEUE = 'evaluations';

/** How `queueEvaluator` evaluates. */
export interface QueueEvaluatorOptions {
  /** The Redis that holds the queue. */
  readonly connection: RedisConnection;
  /** Name of the queue; its workers have the same. Default `evaluations`. */
  readonly queue?: string;
  /**
   * Everything beside the genome that a result depends on, as plain data: it is handed to the workers, and results are found again
   * under it. Put digests of what is behind a path into it.
   */
  readonly study: unknown;
  /** Milliseconds from when a worker takes a job; not tried again after that. Default Infinity. */
  readonly timeoutMs?: number;
  /** Tries in all, the first included. Default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second try; doubled before each further one. Default 1000. */
  readonly backoffMs?: number;
  /** When the last try has failed: `throw`, which ends the batch, or `discard` the candidate and go on. Default `throw`. */
  readonly onFailure?: 'throw' | 'discard';
  /** Milliseconds between two polls of all pending jobs, should an event of Redis get lost. Default 1000. */
  readonly pollMs?: number;
  /** Milliseconds that Redis may be away before a batch is given up. Default 60,000. */
  readonly reconnectMs?: number;
  /** Milliseconds that results stay in Redis to be found again. Default a week. */
  readonly keepMs?: number;
  /** Called with each result as it arrives, in no order. */
  readonly onResult?: ((key: string, result: Result) => void) | undefined;
  /** Called when jobs have waited for 5 seconds and nobody works on the queue. */
  readonly onNoWorker?: (() => void) | undefined;
}

/** Options with their defaults. */
export type ResolvedOptions = Required<Omit<QueueEvaluatorOptions, 'onResult' | 'onNoWorker'>> &
  Pick<QueueEvaluatorOptions, 'onResult' | 'onNoWorker'>;

/** The longest delay that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @throws QueueError `OPTION_INVALID` unless it is a whole number from `least` up */
export const checkWhole = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least)
    throw invalidOption(name, value, `a whole number from ${least} up`);
};

const checkMs = (name: string, value: number, least: number, most: number): void => {
  if (!(value >= least && value <= most))
    throw invalidOption(name, value, `milliseconds from ${least} up${most === Infinity ? '' : `, at most ${most}`}`);
};

/** @throws QueueError `OPTION_INVALID` for a name that BullMQ does not take */
export const checkQueueName = (queue: string): void => {
  if (typeof queue !== 'string' || queue === '' || queue.includes(':'))
    throw invalidOption('queue', queue, 'a name without a colon');
};

/** @throws QueueError `OPTION_INVALID` */
export const resolveOptions = ({
  queue = DEFAULT_QUEUE,
  timeoutMs = Infinity,
  attempts = 3,
  backoffMs = 1_000,
  onFailure = 'throw',
  pollMs = 1_000,
  reconnectMs = 60_000,
  keepMs = 7 * 24 * 3_600_000,
  ...rest
}: QueueEvaluatorOptions): ResolvedOptions => {
  parseAddress(rest.connection);
  checkQueueName(queue);
  checkWhole('attempts', attempts, 1);
  checkMs('timeoutMs', timeoutMs, 1, Infinity);
  checkMs('backoffMs', backoffMs, 0, LONGEST_TIMER_MS);
  checkMs('pollMs', pollMs, 10, LONGEST_TIMER_MS);
  checkMs('reconnectMs', reconnectMs, 1, LONGEST_TIMER_MS);
  checkMs('keepMs', keepMs, 60_000, Number.MAX_SAFE_INTEGER);
  if (onFailure !== 'throw' && onFailure !== 'discard')
    throw invalidOption('onFailure', onFailure, "'throw' or 'discard'");
  return { ...rest, queue, timeoutMs, attempts, backoffMs, onFailure, pollMs, reconnectMs, keepMs };
};
