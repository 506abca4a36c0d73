import { statSync } from 'node:fs';
import { CliError } from '../context/errors.js';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Checks that what a command makes of a model can be written beside it.
 *
 * @param command what writes, for messages
 * @throws CliError `INPUT_NOT_FOUND`, `USAGE` for a model that is elsewhere
 */
export const checkModelFolder = (source: string, command: string): void => {
  if (isFolder(source)) return;
  const isRemote = /^(npm:|https?:)/.test(source);
  throw new CliError(
    isRemote ? 'USAGE' : 'INPUT_NOT_FOUND',
    `${source} is no folder on this computer, so the ${command} cannot write into it; give --out DIR.`,
  );
};
