import { ModelError, messageOf } from '../errors.js';
import { checkPath } from './file-source.js';
import { checkNotPointer } from './git-lfs.js';
import type { FileSource, OpenFile } from './file-source.js';
import { nodeModule, plainBytes, systemErrorCode } from './node.js';

/** How to open a folder. */
export interface DirectorySourceOptions {
  /** How messages name it. Default its path. */
  readonly name?: string;
}

const readError = (error: unknown, file: string): ModelError => {
  switch (systemErrorCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ModelError('FILE_NOT_FOUND', `There is no file ${file}.`); // all that the cause would say, without its stack
    case 'EACCES':
    case 'EPERM':
      return new ModelError('ACCESS_DENIED', `${file} may not be read by this user.`, { cause: error });
    default:
      return new ModelError('FILE_INVALID', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
};

/** As many bytes as tell a pointer of Git LFS from a file. */
const pointerBytes = 1024;

/** Opens a file on disk. The system keeps it while it is open, also when another takes its name. */
const openFile = async (file: string): Promise<OpenFile> => {
  const { open, realpath, stat } = nodeModule('node:fs/promises');
  const failed = (error: unknown): never => {
    throw readError(error, file);
  };
  const handle = await open(file).catch(failed);
  const readInto: OpenFile['readInto'] = async (bytes, from) => {
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, from + done).catch(failed);
      if (bytesRead === 0)
        throw new ModelError(
          'FILE_INVALID',
          `${file} ends ${bytes.byteLength - done} bytes early: it was cut off while it was read.`,
        );
      done += bytesRead;
    }
  };
  try {
    const opened = await handle.stat().catch(failed);
    const { size } = opened;
    const start = new Uint8Array(Math.min(size, pointerBytes));
    await readInto(start, 0);
    checkNotPointer(start, file);
    const path = await realpath(file).catch(failed);
    const isSame = async (): Promise<boolean> => {
      const there = await stat(path).catch(() => undefined);
      return (['dev', 'ino', 'size', 'mtimeMs'] as const).every((key) => there?.[key] === opened[key]);
    };
    return { size, readInto, close: () => handle.close(), place: { path, isSame } };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/**
 * A folder on this computer as a source of files. Node only.
 *
 * @example
 * const source = directorySource('models/sst2');
 * await source.list(); // ['config.json', 'model.safetensors', 'tokenizer.json']
 */
export const directorySource = (folder: string, { name = folder }: DirectorySourceOptions = {}): FileSource => {
  const locate = async (path: string): Promise<string> => nodeModule('node:path').join(folder, checkPath(path));
  return {
    name,
    read: async (path) => {
      const file = await locate(path);
      const { readFile } = nodeModule('node:fs/promises');
      const bytes = await readFile(file).then(plainBytes, (error: unknown) => Promise.reject(readError(error, file)));
      checkNotPointer(bytes, file);
      return bytes;
    },
    open: async (path) => openFile(await locate(path)),
    exists: async (path) => {
      const file = await locate(path);
      const { stat } = nodeModule('node:fs/promises');
      return stat(file).then(
        (entry) => entry.isFile(),
        () => false,
      );
    },
    list: async () => {
      const { readdir } = nodeModule('node:fs/promises');
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        return entries
          .filter((entry) => !entry.isDirectory())
          .map((entry) => entry.name)
          .sort();
      } catch (error) {
        throw readError(error, folder);
      }
    },
  };
};
