import { CliError, messageOf } from '../context/errors.js';

/** Name of the queue where none is given. */
export const defaultQueue = 'length-adaptive';

/**
 * What works with Redis, loaded only when somebody wants it.
 *
 * @throws CliError `PEER_MISSING` where it is not installed
 */
export const queuePackage = async (): Promise<typeof import('@length-adaptive/queue')> => {
  try {
    return await import('@length-adaptive/queue');
  } catch (error) {
    throw new CliError(
      'PEER_MISSING',
      `--redis needs a package that is not installed (${messageOf(error)}). Install it: npm install @length-adaptive/queue`,
      { cause: error },
    );
  }
};
