import { browserCache } from './browser-cache.js';
import { sniffedBytes } from './check-content.js';
import type { DownloadCache } from './cache.js';
import { environmentVariable, isNode, nodeModule, plainBytes } from './node.js';
import { writeFile } from './write-file.js';

const nothing: DownloadCache = {
  get: async () => undefined,
  start: async () => undefined,
  set: async () => undefined,
  delete: async () => undefined,
};

/** The folder in Node of what is downloaded: what `LENGTH_ADAPTIVE_CACHE` names, else `~/.cache/length-adaptive`. */
export const cacheRoot = (): string =>
  environmentVariable('LENGTH_ADAPTIVE_CACHE') ??
  nodeModule('node:path').join(nodeModule('node:os').homedir(), '.cache', 'length-adaptive');

/** A part of a key as a file name: no separators, never `.` or `..`. */
const fileName = (part: string): string =>
  encodeURIComponent(part)
    .replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
    .replaceAll('*', '%2A');

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
    return join(folder ?? cacheRoot(), ...key.map(fileName));
  };
  return {
    get: async (key) => {
      const { readFile } = nodeModule('node:fs/promises');
      return readFile(await locate(key)).then(plainBytes, () => undefined);
    },
    start: async (key) => {
      const { open } = nodeModule('node:fs/promises');
      const file = await open(await locate(key)).catch(() => undefined);
      try {
        const read = await file?.read(new Uint8Array(sniffedBytes), 0, sniffedBytes, 0);
        return read?.buffer.subarray(0, read.bytesRead);
      } catch {
        return undefined; // a folder
      } finally {
        await file?.close();
      }
    },
    set: async (key, bytes) => writeFile(await locate(key), bytes).catch(() => undefined),
    delete: async (key) =>
      nodeModule('node:fs/promises')
        .rm(await locate(key), { force: true })
        .catch(() => undefined),
  };
};
