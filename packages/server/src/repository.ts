import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ServerError, messageOf } from './errors.js';

/** Where a version of a model stands. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** Changes when its files do. */
  readonly fingerprint: string;
}

const isFolder = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined))?.isDirectory() === true;

const isModel = async (folder: string): Promise<boolean> =>
  (await stat(path.join(folder, 'config.json')).catch(() => undefined))?.isFile() === true;

/** Names of the folders in a folder, in the order of their numbers. */
const foldersIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder);
  const folders: string[] = [];
  for (const entry of entries)
    if (!entry.startsWith('.') && (await isFolder(path.join(folder, entry)))) folders.push(entry);
  return folders.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
};

/** Names, sizes and times of the files of a model: what was written anew is another. */
const folderFingerprint = async (folder: string): Promise<string> => {
  const hash = createHash('sha256');
  const files = (await readdir(folder, { recursive: true })).sort();
  for (const file of files) {
    // A link that leads nowhere, or a file that was there a moment ago: it has a name and no more.
    const { size, mtimeMs } = (await stat(path.join(folder, file)).catch(() => undefined)) ?? {};
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
};

/** A folder's fingerprint; another source is itself. */
const fingerprintOf = async (source: string): Promise<string> =>
  (await isFolder(source)) ? folderFingerprint(source) : source;

/**
 * What stands in a model repository: one model directory; a folder of them, each named by its folder; or folders of versions, `NAME/2/`.
 * Any other source (`npm:`, the Hub, a web address) is one model, named by its last part.
 *
 * @param adapter what is merged into them: they are others when its files are
 * @throws ServerError `REPOSITORY_INVALID` when there is no model
 */
export const readRepository = async (source: string, adapter?: string): Promise<readonly RepositoryEntry[]> => {
  const merged = adapter === undefined ? '' : await fingerprintOf(adapter);
  const entryOf = async (name: string, version: string, model: string): Promise<RepositoryEntry> => ({
    name,
    version,
    source: model,
    fingerprint: `${await fingerprintOf(model)}${merged}`,
  });
  if (!(await isFolder(source))) {
    if (path.isAbsolute(source) || source.startsWith('.'))
      throw new ServerError(
        'REPOSITORY_INVALID',
        `There is no folder ${source}; give a model directory, or a folder of them.`,
      );
    return [await entryOf(source.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? source, '1', source)];
  }
  if (await isModel(source)) return [await entryOf(path.basename(path.resolve(source)), '1', source)];
  const entries: RepositoryEntry[] = [];
  try {
    for (const name of await foldersIn(source)) {
      const folder = path.join(source, name);
      if (await isModel(folder)) entries.push(await entryOf(name, '1', folder));
      else
        for (const version of await foldersIn(folder))
          if (await isModel(path.join(folder, version)))
            entries.push(await entryOf(name, version, path.join(folder, version)));
    }
  } catch (error) {
    throw new ServerError('REPOSITORY_INVALID', `The model repository ${source} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (entries.length > 0) return entries;
  throw new ServerError(
    'REPOSITORY_INVALID',
    `${source} holds no model: expected config.json in it, in NAME/ or in NAME/VERSION/.`,
  );
};
