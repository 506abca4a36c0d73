import { isPage } from './check-content.js';
import { ModelError, messageOf } from '../errors.js';
import { checkNotPointer } from './git-lfs.js';

/** Where an open file lies on this machine, for what maps it. */
export interface FilePlace {
  /** Its path, without links. */
  readonly path: string;
  /** Whether that is still the file that was opened, and nobody has written to it since. */
  isSame(): Promise<boolean>;
}

/** A file that is read in parts. What is read is the file as it was when it was opened, whatever takes its place meanwhile. */
export interface OpenFile {
  /** In bytes. */
  readonly size: number;
  /**
   * Fills `bytes` with what stands in the file from a place on.
   *
   * @throws ModelError `FILE_INVALID` when the file ends before
   */
  readInto(bytes: Uint8Array, from: number): Promise<void>;
  close(): Promise<void>;
  /** Absent for a file that has no place of its own here. */
  readonly place?: FilePlace | undefined;
}

/** Where the files of a model are: a folder, an npm package, a web address, a Hub repository, or anything of your own. */
export interface FileSource {
  /** How messages name this source. */
  readonly name: string;
  /**
   * The bytes of one file, by its path inside the source (`config.json`, `model/model.safetensors`).
   *
   * @throws ModelError `FILE_NOT_FOUND` when the source does not have it
   */
  read(path: string): Promise<Uint8Array>;
  /**
   * Opens a file to read it in parts; absent for sources that give files as a whole. Large weights then need not be in memory at once.
   *
   * @throws ModelError as `read` does
   */
  open?(path: string): Promise<OpenFile>;
  /** Whether the source has a file, found out without reading it. */
  exists(path: string): Promise<boolean>;
  /** Names of the files at the top of the source, sorted; undefined for sources that cannot tell (web addresses). */
  list(): Promise<readonly string[] | undefined>;
}

/**
 * Checks that a path stays inside its source, and returns it.
 *
 * @throws ModelError `FILE_INVALID` for absolute paths, `..`, backslashes and empty parts
 */
export const checkPath = (path: string): string => {
  const inside = !/[\\:\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (inside) return path;
  throw new ModelError(
    'FILE_INVALID',
    `"${path}" is not a path inside a model: expected names joined by "/", without "..".`,
  );
};

/**
 * The bytes of a file, or undefined when the source does not have it. A source that cannot list its files may deny those that it does not
 * have (object storage without the right to list answers 403): what it denies is taken as not there.
 */
export const readIfThere = async (source: FileSource, path: string): Promise<Uint8Array | undefined> => {
  try {
    return await source.read(path);
  } catch (error) {
    const code = error instanceof ModelError ? error.code : undefined;
    if (code === 'FILE_NOT_FOUND' || (code === 'ACCESS_DENIED' && (await source.list()) === undefined))
      return undefined;
    throw error;
  }
};

/**
 * To be called before a file that is needed is said not to be there.
 *
 * @throws ModelError `ACCESS_DENIED` when the source denies it
 */
export const refuseIfDenied = async (source: FileSource, path: string): Promise<void> => {
  try {
    await source.read(path);
  } catch (error) {
    if (error instanceof ModelError && error.code === 'ACCESS_DENIED') throw error;
  }
};

/**
 * Bytes as text: UTF-8, with or without a byte order mark.
 *
 * @throws ModelError `FILE_INVALID` when the bytes are not UTF-8, or a pointer of Git LFS
 */
export const decodeText = (bytes: Uint8Array, name: string): string => {
  checkNotPointer(bytes, name);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ModelError('FILE_INVALID', `${name} is not UTF-8 text. Save it as UTF-8.`, { cause: error });
  }
};

/**
 * Bytes as the JSON value that they are.
 *
 * @throws ModelError `FILE_INVALID` when they are not JSON
 */
export const decodeJsonValue = (bytes: Uint8Array, name: string): unknown => {
  try {
    return JSON.parse(decodeText(bytes, name)) as unknown;
  } catch (error) {
    if (error instanceof ModelError) throw error;
    if (isPage('.json', bytes))
      throw new ModelError(
        'FILE_INVALID',
        `${name} is a web page, not JSON: it was saved from a host that showed a page in place of the file. Fetch the file itself.`,
        { cause: error },
      );
    throw new ModelError('FILE_INVALID', `${name} is not valid JSON: ${messageOf(error)}.`, { cause: error });
  }
};

/**
 * Bytes as a JSON object.
 *
 * @throws ModelError `FILE_INVALID` when they are not JSON, or JSON but no object
 */
export const decodeJson = (bytes: Uint8Array, name: string): Record<string, unknown> => {
  const value = decodeJsonValue(bytes, name);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ModelError(
    'FILE_INVALID',
    `${name} holds ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}, expected a JSON object.`,
  );
};
