import { browserCache } from './browser-cache.js';
import { environmentVariable, isNode, nodeModule, plainBytes } from './node.js';
import { writeFile } from './write-file.js';

/** Files already downloaded. */
export interface DownloadCache {
  get(key: readonly string[]): Promise<Uint8Array | undefined>;
  has(key: readonly string[]): Promise<boolean>;
  set(key: readonly string[], bytes: Uint8Array): Promise<void>;
}

const nothing: DownloadCache = {
  get: async () => undefined,
  has: async () => false,
  set: async () => undefined,
};

/** A part of a key as a file name: no separators, never `.` or `..`. */
const fileName = (part: string): string => encodeURIComponent(part).replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E')).replaceAll('*', '%2A');

/**
 * The cache of downloads: `folder`, else `LENGTH_ADAPTIVE_CACHE`, else `~/.cache/length-adaptive`; `false` for none. In a browser
 * `folder` is the name of a cache in the Cache API, else `length-adaptive`.
 * A cache that cannot be written to is no error: the files are then downloaded each time.
 */
export const downloadCache = (folder?: string | false): DownloadCache => {
  if (folder === false) return nothing;
  if (!isNode()) return browserCache(folder) ?? nothing;
  const locate = async (key: readonly string[]): Promise<string> => {
    const { join } = nodeModule('node:path');
    const { homedir } = nodeModule('node:os');
    const root = folder ?? environmentVariable('LENGTH_ADAPTIVE_CACHE') ?? join(homedir(), '.cache', 'length-adaptive');
    return join(root, ...key.map(fileName));
  };
  return {
    get: async (key) => {
      const { readFile } = nodeModule('node:fs/promises');
      return readFile(await locate(key)).then(plainBytes, () => undefined);
    },
    has: async (key) => {
      const { stat } = nodeModule('node:fs/promises');
      return stat(await locate(key)).then(
        (entry) => entry.isFile(),
        () => false,
      );
    },
    set: async (key, bytes) => writeFile(await locate(key), bytes).catch(() => undefined),
  };
};
