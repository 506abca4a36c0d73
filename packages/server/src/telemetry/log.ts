import { hostname } from 'node:os';

/** What is logged: this and what is graver. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What is told to whoever operates the server; a logger of pino's or fastify's fits. No text of a user goes in. */
export interface Log {
  info(fields: object, message: string): unknown;
  warn(fields: object, message: string): unknown;
  error(fields: object, message: string): unknown;
}

/** Numbers of the levels, as pino has them. */
const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity } as const;

/** A log of JSON documents, one a line, in the form of the request log. */
export const createLog = (level: LogLevel, stream: { write(line: string): unknown } = process.stdout): Log => {
  const at =
    (own: 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (levels[own] < levels[level]) return;
      const about = { level: levels[own], time: Date.now(), pid: process.pid, hostname: hostname() };
      stream.write(`${JSON.stringify({ ...about, ...fields, msg: message })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};
