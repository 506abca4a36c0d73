import { invalidOption } from './errors.js';

/** Where a Redis is, in parts. */
export interface RedisAddress {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 6379. */
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database. Default 0. */
  readonly db?: number;
  /** Whether to encrypt. Default false. */
  readonly tls?: boolean;
}

/** Where a Redis is: `redis://user:password@host:port/db`, `rediss://...` with encryption, or its parts. */
export type RedisConnection = string | RedisAddress;

const expected = 'a Redis address such as "redis://127.0.0.1:6379" or { host, port }';

/** An address without who may use it. */
const masked = (text: string): string => text.replace(/\/\/.*@/, '//***@');

const fromUrl = (text: string): RedisAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const db = url?.pathname.replace(/^\//, '') ?? '';
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || !/^\d*$/.test(db))
    throw invalidOption('connection', masked(text), expected);
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw invalidOption('connection', masked(text), 'a user and a password in which a percent sign is written %25');
    }
  };
  const { username, password, hostname, port } = url;
  return {
    ...(hostname !== '' && { host: hostname.replace(/^\[(.*)\]$/, '$1') }),
    ...(port !== '' && { port: Number(port) }),
    ...(username !== '' && { username: decoded(username) }),
    ...(password !== '' && { password: decoded(password) }),
    ...(db !== '' && { db: Number(db) }),
    tls: url.protocol === 'rediss:',
  };
};

/**
 * The parts of an address.
 *
 * @throws QueueError `OPTION_INVALID`
 */
export const parseAddress = (connection: RedisConnection): RedisAddress => {
  if (typeof connection === 'string') return fromUrl(connection);
  if (typeof connection === 'object' && connection !== null) return connection;
  throw invalidOption('connection', connection, expected);
};

/** An address to show: without user and password. */
export const showAddress = (connection: RedisConnection): string => {
  const { host = '127.0.0.1', port = 6379, db = 0, tls = false } = parseAddress(connection);
  return `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}${db === 0 ? '' : `/${db}`}`;
};
