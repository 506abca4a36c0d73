import { CommanderError } from 'commander';
import { messageOf } from './errors.js';
import { readOptions } from './options.js';
import { serve, type Server, type ServeOptions } from './serve.js';
import { createLog } from './telemetry/log.js';

/** What a signal is heard on: `process` fits. */
export interface Signals {
  on(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void): unknown;
}

/** The world the server runs in. */
export interface Io {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signals: Signals;
}

/** Serves until a signal ends it. */
const serveUntilSignal = async (options: ServeOptions, { stdout, stderr, signals }: Io): Promise<number> => {
  const log = createLog(options.logLevel ?? 'silent', stderr);
  let server: Server | undefined;
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (end = resolve));
  const fail = (error: unknown): void => {
    stderr.write(`error: ${messageOf(error)}\n`);
    end(1);
  };
  let stopping = false;
  const stop = (): void => {
    if (stopping) return end(1); // the second one does not wait
    stopping = true;
    if (server) server.close().then(() => end(0), fail);
    else end(0);
  };
  const reload = (): void => {
    server?.reload().then(
      () => stdout.write('models were looked at again\n'),
      (error: unknown) => {
        if (options.logLevel === 'silent') stderr.write(`error: the models stay as they were: ${messageOf(error)}\n`);
        else log.error({ reason: messageOf(error) }, 'the models stay as they were');
      },
    );
  };
  const listeners = [
    ['SIGTERM', stop],
    ['SIGINT', stop],
    ['SIGHUP', reload],
  ] as const;
  for (const [signal, listener] of listeners) signals.on(signal, listener);
  serve({ ...options, log, logStream: stderr }).then((open) => {
    server = open;
    stdout.write(
      `length-adaptive-server listens on ${open.url}${open.grpcAddress === undefined ? '' : ` and for gRPC on ${open.grpcAddress}`}\n`,
    );
  }, fail);
  try {
    return await ended;
  } finally {
    for (const [signal, listener] of listeners) signals.off(signal, listener);
  }
};

/**
 * Runs the `length-adaptive-server` command line until a signal ends it: SIGTERM and SIGINT finish what was accepted, a second one does
 * not wait; SIGHUP looks at the models again.
 *
 * @param argv what comes after the program's name
 * @param io streams, environment and signals. Default: those of this process
 * @returns the exit code: 0 after a signal, 1 for a failure or a second signal, 2 for a command line that cannot be read. Nothing is
 * thrown and the process is not ended
 */
export const main = async (
  argv: readonly string[],
  { stdout = process.stdout, stderr = process.stderr, env = process.env, signals = process }: Partial<Io> = {},
): Promise<number> => {
  const io: Io = { stdout, stderr, env, signals };
  try {
    return await serveUntilSignal(readOptions(argv, io), io);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // help and version, printed already
    stderr.write(`error: ${error.message.replace(/^error: /, '')}\n`);
    return 2;
  }
};
