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

/** Moves all files of a folder into one that is there, where each takes the place of its namesake; `last` goes last. */
const moveInto = async (from: string, to: string, last: string): Promise<void> => {
  const { mkdir, rename } = nodeModule('node:fs/promises');
  const { dirname, join } = nodeModule('node:path');
  const files = await filesIn(from);
  for (const file of [...files.filter((name) => name !== last), ...files.filter((name) => name === last)]) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await rename(join(from, file), join(to, file));
  }
};

const isThere = (path: string): Promise<boolean> =>
  nodeModule('node:fs/promises')
    .stat(path)
    .then(
      () => true,
      () => false,
    );

/**
 * Writes a folder so that nobody ever sees half of it: `write` fills a temporary folder, which takes its place once that is done. Where
 * the folder is there already, its other files stay, and each new file takes the place of the old one of its name. If `write` fails, or
 * the process ends before, the folder is as it was, and nothing is left beside it. `last` is the file that says that a folder is complete, and
 * is moved last; default `config.json`. Node only.
 *
 * @param write fills the folder that it is given
 * @throws ModelError `NOT_WRITABLE`, and what `write` throws
 * @example
 * await writeFolder('exported', async (folder) => writeFile(join(folder, 'config.json'), '{}'));
 */
export const writeFolder = async <Result>(
  folder: string,
  write: (temporary: string) => Promise<Result>,
  { last = 'config.json' }: { readonly last?: string } = {},
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
    await inPlace(async () => ((await isThere(place)) ? moveInto(temporary, place, last) : rename(temporary, place)));
    return result;
  } finally {
    process.off('exit', removeNow);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
};
