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

/** A connection to a Redis, with all duplicates that were made of it. */
export interface OpenRedis {
  readonly client: Redis;
  /** Ends the connection, its duplicates, and their attempts to reconnect, for good. */
  disconnect(): void;
}

/**
 * Ends a connection, so that its commands and whoever waits for its end hear of it. Between two attempts to reconnect, ioredis
 * would stop trying without a word: one more attempt, which either fails or is cut off, ends it properly.
 */
const endConnection = (client: Redis): void => {
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
  let reconnects = false;
  let lastError: unknown;
  const client = new Redis({
    ...address,
    ...(tls && { tls: {} }),
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: 500, // a timer that ioredis leaves behind where the other side is gone already
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (reconnects ? Math.min(100 * times, 2_000) : null),
  });
  client.on('error', (error) => {
    lastError = error;
  });
  try {
    await client.connect();
    reconnects = true;
    const connections = [client];
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (override) => {
      const copy = duplicate(override); // for commands that block, made by BullMQ
      connections.push(copy);
      return copy;
    };
    const disconnect = (): void => {
      if (!reconnects) return;
      reconnects = false;
      connections.forEach(endConnection);
    };
    return { client, disconnect };
  } catch (error) {
    endConnection(client);
    throw unreachable(connection, messageOf(lastError ?? error), lastError ?? error);
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
  (await openRedis(connection)).disconnect();
};
