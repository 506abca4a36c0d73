import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from '@length-adaptive/models';
import { CliError, messageOf } from '../errors.js';

/** What a search's checkpoint must be resumed with. */
export interface SearchIdentity {
  /** Digest of the weights. */
  readonly weights: string;
  /** Digest of the examples. */
  readonly data: string;
}

const fileName = 'search-checkpoint.json';

/** Whether a folder holds a search that can go on. */
export const hasSearchCheckpoint = (folder: string): boolean => existsSync(join(folder, fileName));

/** Writes the state of a search at the end of a generation. */
export const writeSearchCheckpoint = (folder: string, identity: SearchIdentity, search: unknown): Promise<void> =>
  writeFile(join(folder, fileName), `${JSON.stringify({ ...identity, search })}\n`);

/**
 * The state of an interrupted search of the same model on the same examples.
 *
 * @throws CliError `CHECKPOINT_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export const readSearchCheckpoint = async (folder: string, { weights, data }: SearchIdentity): Promise<unknown> => {
  if (!hasSearchCheckpoint(folder)) throw new CliError('CHECKPOINT_NOT_FOUND', `There is no search to resume in ${folder}. Leave --resume out to start one.`);
  let saved: Partial<SearchIdentity> & { readonly search?: unknown };
  try {
    saved = JSON.parse(await readFile(join(folder, fileName), 'utf8')) as typeof saved;
  } catch (error) {
    throw new CliError('CHECKPOINT_INVALID', `${join(folder, fileName)} cannot be used: ${messageOf(error)}. Leave --resume out to start anew.`, { cause: error });
  }
  const changed = saved.weights !== weights ? 'weights of the model' : saved.data !== data ? 'examples' : undefined;
  if (changed === undefined) return saved.search;
  throw new CliError('CHECKPOINT_INVALID', `The ${changed} are not those that the search in ${folder} began with. Restore them, or leave --resume out to start anew.`);
};
