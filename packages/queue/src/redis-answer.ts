import { beforeDeadline } from './deadline.js';
import { messageOf, QueueError } from './errors.js';
import { unreachable } from './open-redis.js';
import type { ResolvedOptions } from './options.js';
import { showAddress } from './redis-address.js';

/**
 * What Redis answers. Commands wait for a Redis that is away; here that has a deadline.
 *
 * @throws QueueError `REDIS_UNREACHABLE` after `reconnectMs`, `REDIS_REFUSED` when it answers with an error
 */
export const redisAnswer = async <Value>(
  commands: Promise<Value>,
  { connection, reconnectMs }: Pick<ResolvedOptions, 'connection' | 'reconnectMs'>,
): Promise<Value> => {
  const answer = await beforeDeadline(
    commands.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    reconnectMs,
  );
  if (answer === undefined) throw unreachable(connection, `no answer in ${reconnectMs} ms`);
  if ('value' in answer) return answer.value;
  if (answer.error instanceof QueueError) throw answer.error;
  throw new QueueError(
    'REDIS_REFUSED',
    `Redis at ${showAddress(connection)} refused: ${messageOf(answer.error)}. It needs room (maxmemory), writable disks and the policy noeviction.`,
    { cause: answer.error },
  );
};
