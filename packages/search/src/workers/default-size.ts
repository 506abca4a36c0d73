import { SearchError } from '../errors.js';
import { nodeBuiltin } from './node-builtin.js';

interface WithNavigator {
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/**
 * The threads this machine runs at a time.
 *
 * @throws SearchError `INVALID_OPTION` where the platform does not tell
 */
export const defaultSize = (): number => {
  const { availableParallelism } = nodeBuiltin<{ availableParallelism(): number }>('node:os') ?? {};
  const size = availableParallelism?.() ?? (globalThis as WithNavigator).navigator?.hardwareConcurrency;
  if (size === undefined)
    throw new SearchError(
      'INVALID_OPTION',
      'size is not given, and this platform does not tell how many cores it has: give the number of workers.',
    );
  return size;
};
