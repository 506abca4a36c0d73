import { CliError, messageOf } from './context/errors.js';
import type { Io } from './context/io.js';

/** `lat serve`: its flags are those of the server, which reads and explains them itself. */
export const serveCommand = {
  name: 'serve',
  summary: 'Serve models over HTTP: a budget with every request, shorter work before refused work',
} as const;

/**
 * Runs the server until it is stopped.
 *
 * @param argv what comes after `serve`
 * @returns its exit code
 * @throws CliError `PEER_MISSING` where @length-adaptive/server is not installed
 */
export const serve = async (argv: readonly string[], { stdout, stderr, env, signal }: Io): Promise<number> => {
  const isStopped = (): boolean => signal?.aborted === true;
  if (isStopped()) return 0;
  let server: typeof import('@length-adaptive/server');
  try {
    server = await import('@length-adaptive/server');
  } catch (error) {
    throw new CliError(
      'PEER_MISSING',
      `lat serve needs a package that is not installed (${messageOf(error)}). Install it: npm install @length-adaptive/server`,
      { cause: error },
    );
  }
  // From here on the server hears signals itself; one that came while it was loaded ends it as well.
  return isStopped() ? 0 : server.main(argv, { stdout, stderr, env });
};
