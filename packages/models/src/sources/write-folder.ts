import { ModelError, messageOf } from '../errors.js';
import { nodeModule } from './node.js';

/** Files of a folder and of those in it, as paths inside it. */
const filesIn = async (folder: string): Promise<string[]> => {
  const { readdir } = nodeModule('node:fs/promises');
  const { join } = nodeModule('node:path');
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) =>
      entry.isDirectory()
        ? (await filesIn(join(folder, entry.name))).map((file) => join(entry.name, file))
        : [entry.name],
    ),
  );
  return found.flat();
};

/** A file that would tell lies of what is written over its folder. */
export interface StaleFile {
  /** Its path in the folder. */
  readonly path: string;
  /** The path that it goes to, where it is not to be lost. Default: it is removed. */
  readonly aside?: string | undefined;
}

/** How a folder is written. */
export interface WriteFolderOptions {
  /** The file that says that the folder is complete, moved last. Default `config.json`. */
  readonly last?: string | undefined;
  /** Which files of a folder that is there go when those in `written` come, as paths in it; asked before the first moves. Those that are not there are passed over. Default none. */
  readonly stale?: ((folder: string, written: string) => Promise<readonly StaleFile[]>) | undefined;
}

/** Takes a file out of a folder, and the folder in it that becomes empty. */
const takeOut = async (folder: string, { path, aside }: StaleFile): Promise<void> => {
  const { rename, rm, rmdir } = nodeModule('node:fs/promises');
  const { dirname, join } = nodeModule('node:path');
  const file = join(folder, path);
  if (!(await isThere(file))) return;
  await (aside === undefined ? rm(file) : rename(file, join(folder, aside)));
  if (dirname(path) !== '.') await rmdir(dirname(file)).catch(() => undefined); // others are in it
};

/** Moves all files of a folder into one that is there, where each takes the place of its namesake; before the last goes what is stale. */
const moveInto = async (
  from: string,
  to: string,
  { last = 'config.json', stale = () => Promise.resolve([]) }: WriteFolderOptions,
): Promise<void> => {
  const { mkdir, rename } = nodeModule('node:fs/promises');
  const { dirname, join } = nodeModule('node:path');
  const files = await filesIn(from);
  const outdated = await stale(to, from);
  const move = async (file: string): Promise<void> => {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await rename(join(from, file), join(to, file));
  };
  for (const file of files.filter((name) => name !== last)) await move(file);
  for (const file of outdated) await takeOut(to, file);
  if (files.includes(last)) await move(last);
};

/** Whether a file or a folder is there. */
export const isThere = (path: string): Promise<boolean> =>
  nodeModule('node:fs/promises')
    .stat(path)
    .then(
      () => true,
      () => false,
    );

/**
 * Writes a folder so that nobody ever sees half of it: `write` fills a temporary folder, which takes its place once that is done. Where
 * the folder is there already, its other files stay, but for those that are stale, and each new file takes the place of the old one of its
 * name. If `write` fails, or the process ends before, the folder is as it was, and nothing is left beside it. Node only.
 *
 * @param write fills the folder that it is given
 * @throws ModelError `NOT_WRITABLE`, and what `write` throws
 * @example
 * await writeFolder('exported', async (folder) => writeFile(join(folder, 'config.json'), '{}'));
 */
export const writeFolder = async <Result>(
  folder: string,
  write: (temporary: string) => Promise<Result>,
  options: WriteFolderOptions = {},
): Promise<Result> => {
  const { mkdir, rename, rm } = nodeModule('node:fs/promises');
  const { rmSync } = nodeModule('node:fs');
  const { randomUUID } = nodeModule('node:crypto');
  const { join, resolve } = nodeModule('node:path');
  const place = resolve(folder);
  const before = await isThere(place);
  // Inside a folder that is there: it may be a disk of its own, and the one around it may not be ours to write.
  const temporary = before ? join(place, `.${randomUUID()}.tmp`) : `${place}.${randomUUID()}.tmp`;
  const removeNow = (): void => rmSync(temporary, { recursive: true, force: true });
  const inPlace = async (doing: () => Promise<unknown>): Promise<void> => {
    try {
      await doing();
    } catch (error) {
      throw new ModelError(
        'NOT_WRITABLE',
        `${folder} cannot be written: ${messageOf(error)}. Choose a folder this user may write to.`,
        { cause: error },
      );
    }
  };
  process.once('exit', removeNow); // a second Ctrl-C does not wait
  try {
    await inPlace(() => mkdir(temporary, { recursive: true }));
    const result = await write(temporary);
    await inPlace(async () =>
      (await isThere(place)) ? moveInto(temporary, place, options) : rename(temporary, place),
    );
    return result;
  } finally {
    process.off('exit', removeNow);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
};
