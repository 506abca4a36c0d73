import { Redis } from 'ioredis';
import { messageOf, QueueError } from './errors.js';
import { parseAddress, showAddress, type RedisConnection } from './redis-address.js';

/** Milliseconds that opening a connection may take. */
const CONNECT_MS = 5_000;

/** The error of a Redis that does not answer. */
export const unreachable = (connection: RedisConnection, why: string, cause?: unknown): QueueError =>
  new QueueError(
    'REDIS_UNREACHABLE',
    `No Redis answers at ${showAddress(connection)} (${why}). Correct the address, or start one: redis-server --appendonly yes --maxmemory-policy noeviction`,
    { cause },
  );

/** A connection, and what ends it for good: itself, its duplicates, and their attempts to reconnect. */
export interface OpenRedis {
  readonly client: Redis;
  letGo(): void;
}

/**
 * Ends a connection, so that its commands and whoever waits for its end hear of it. Between two attempts to reconnect, ioredis
 * would stop trying without a word: one more attempt, which either fails or is cut off, ends it properly.
 */
const end = (client: Redis): void => {
  if (client.status === 'end') return;
  if (client.status !== 'reconnecting') return client.disconnect();
  client.on('connect', () => client.disconnect());
  client.connect().catch(() => undefined);
};

/**
 * Connects to a Redis. A connection that once stood is opened anew for as long as it takes, and commands wait for that.
 *
 * @throws QueueError `REDIS_UNREACHABLE`, `OPTION_INVALID`
 */
export const openRedis = async (connection: RedisConnection): Promise<OpenRedis> => {
  const { tls = false, ...address } = parseAddress(connection);
  let stood = false;
  let trouble: unknown;
  const client = new Redis({
    ...address,
    ...(tls && { tls: {} }),
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: 500, // a timer that ioredis leaves behind where the other side is gone already
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (stood ? Math.min(100 * times, 2_000) : null),
  });
  client.on('error', (error) => {
    trouble = error;
  });
  try {
    await client.connect();
    stood = true;
    const all = [client];
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (override) => {
      const copy = duplicate(override); // for commands that block, made by BullMQ
      all.push(copy);
      return copy;
    };
    const letGo = (): void => {
      if (!stood) return;
      stood = false;
      all.forEach(end);
    };
    return { client, letGo };
  } catch (error) {
    end(client);
    throw unreachable(connection, messageOf(trouble ?? error), trouble ?? error);
  }
};

/**
 * Looks whether a Redis answers, before anything expensive begins.
 *
 * @throws QueueError `REDIS_UNREACHABLE` within 5 seconds, `OPTION_INVALID`
 * @example
 * await checkRedis('redis://127.0.0.1:6379');
 */
export const checkRedis = async (connection: RedisConnection): Promise<void> => {
  (await openRedis(connection)).letGo();
};
