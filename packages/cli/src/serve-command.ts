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
export const serve = async (argv: readonly string[], { stdout, stderr, env }: Io): Promise<number> => {
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
  return server.main(argv, { stdout, stderr, env });
};
