import { download } from './download.js';
import type { DownloadOptions } from './download.js';
import { addUpProgress } from './download-progress.js';
import type { DownloadProgress } from './download-progress.js';
import { downloadCache } from './download-cache.js';
import { ModelError } from './errors.js';
import { checkPath } from './files.js';
import type { FileSource } from './files.js';
import { checkNotPointer } from './git-lfs.js';
import { environmentVariable } from './node.js';

/** How to read files from a web address or from the Hugging Face Hub. */
export interface UrlSourceOptions extends DownloadOptions {
  /**
   * Where downloads are kept: a folder, default `LENGTH_ADAPTIVE_CACHE`, else `~/.cache/length-adaptive`; in a browser the name of a cache
   * in the Cache API, default `length-adaptive`. `false` keeps none.
   */
  readonly cacheFolder?: string | false;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Download again what is already kept. Default false. */
  readonly refresh?: boolean;
}

/** Address of the Hugging Face Hub: `HF_ENDPOINT`, else huggingface.co. */
export const hubEndpoint = (): string => (environmentVariable('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, '');

/** The Hub token travels to the Hub and to nobody else. */
const authorization = (url: string): Readonly<Record<string, string>> => {
  const token = environmentVariable('HF_TOKEN');
  return token !== undefined && url.startsWith(`${hubEndpoint()}/`) ? { authorization: `Bearer ${token}` } : {};
};

interface Place {
  readonly name: string;
  readonly address: (path: string) => string;
  readonly cacheKey: readonly string[];
}

const webSource = ({ name, address, cacheKey }: Place, { cacheFolder, refresh = false, onProgress: report, ...options }: UrlSourceOptions): FileSource => {
  const cache = downloadCache(cacheFolder);
  const onProgress = report && addUpProgress(report);
  const keyOf = (path: string): readonly string[] => [...cacheKey, ...path.split('/')];

  /** Downloads a file, and remembers when there is none: so that a model that is kept opens without a network. */
  const fetchFile = async (path: string): Promise<Uint8Array> => {
    const url = address(path);
    const absent = keyOf(`${path}.absent`);
    try {
      return await download(url, { ...options, onProgress, file: path, headers: authorization(url) });
    } catch (error) {
      const code = error instanceof ModelError ? error.code : undefined;
      if (code === 'FILE_NOT_FOUND') await cache.set(absent, new Uint8Array(0));
      if (code !== 'DOWNLOAD_FAILED' || !(await cache.has(absent))) throw error;
      throw new ModelError('FILE_NOT_FOUND', `${url} did not exist when it was last asked for, and cannot be asked for now.`, { cause: error });
    }
  };

  return {
    name,
    read: async (path) => {
      const key = keyOf(checkPath(path));
      const kept = refresh ? undefined : await cache.get(key);
      if (kept !== undefined) return kept;
      const bytes = await fetchFile(path);
      checkNotPointer(bytes, address(path));
      await cache.set(key, bytes);
      return bytes;
    },
    exists: async (path) => {
      if (!refresh && (await cache.has(keyOf(checkPath(path))))) return true;
      const url = address(path);
      try {
        await download(url, { ...options, file: path, method: 'HEAD', headers: authorization(url) });
        return true;
      } catch (error) {
        if (error instanceof ModelError && error.code === 'FILE_NOT_FOUND') return false;
        throw error;
      }
    },
    list: async () => undefined,
  };
};

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/**
 * The files under a web address. Downloads are kept, on disk in Node and by the Cache API in a browser, and never asked for again unless
 * `refresh` is set. A query (`?v=2`) is asked for with every file, and is part of what names the copy that is kept.
 *
 * @throws ModelError `OPTION_INVALID` when `base` is not an http(s) address
 * @example
 * const source = urlSource('https://example.org/models/sst2', { onProgress: ({ loaded, total }) => console.log(loaded, total) });
 */
export const urlSource = (base: string, options: UrlSourceOptions = {}): FileSource => {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new ModelError('OPTION_INVALID', `"${base}" is not a web address. Write one such as https://example.org/models/sst2.`);
  }
  const { origin, pathname, search } = new URL(base);
  const folder = `${origin}${pathname.replace(/\/+$/, '')}`;
  return webSource({ name: folder, address: (path) => `${folder}/${encodePath(path)}${search}`, cacheKey: ['url', `${folder}${search}`] }, options);
};

/** Whether a text has the form of a Hub repository: `owner/name` or `owner/name@revision`. */
export const isHubId = (text: string): boolean => /^[\w-][\w.-]*\/[\w-][\w.-]*(@[\w-][\w./-]*)?$/.test(text);

/**
 * The files of a Hugging Face Hub repository, `owner/name` or `owner/name@revision` (default `main`). `HF_ENDPOINT`
 * names another Hub, `HF_TOKEN` opens private models.
 *
 * @throws ModelError `OPTION_INVALID` when `id` has another form
 * @example
 * const source = hubSource('google-bert/bert-base-uncased', { cacheFolder: '.models' });
 */
export const hubSource = (id: string, options: UrlSourceOptions = {}): FileSource => {
  if (!isHubId(id)) throw new ModelError('OPTION_INVALID', `"${id}" is not a Hub repository. Write owner/name or owner/name@revision.`);
  const [repository = '', revision = 'main'] = id.split('@');
  const endpoint = hubEndpoint();
  const folder = `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}`;
  return webSource({ name: id, address: (path) => `${folder}/${encodePath(path)}`, cacheKey: ['hub', endpoint, repository, revision] }, options);
};
