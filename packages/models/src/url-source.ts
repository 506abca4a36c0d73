import { download } from './download.js';
import type { DownloadOptions } from './download.js';
import { downloadCache } from './download-cache.js';
import { ModelError } from './errors.js';
import { checkPath } from './files.js';
import type { FileSource } from './files.js';
import { environmentVariable } from './node.js';

/** How to read files from a web address or from the Hugging Face Hub. */
export interface UrlSourceOptions extends DownloadOptions {
  /** Where downloads are kept (Node). Default `LENGTH_ADAPTIVE_CACHE`, else `~/.cache/length-adaptive`; `false` keeps none. */
  readonly cacheFolder?: string | false;
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

const webSource = ({ name, address, cacheKey }: Place, { cacheFolder, refresh = false, ...options }: UrlSourceOptions): FileSource => {
  const cache = downloadCache(cacheFolder);
  const keyOf = (path: string): readonly string[] => [...cacheKey, ...path.split('/')];
  return {
    name,
    read: async (path) => {
      const key = keyOf(checkPath(path));
      const kept = refresh ? undefined : await cache.get(key);
      if (kept !== undefined) return kept;
      const url = address(path);
      const bytes = await download(url, { ...options, file: path, headers: authorization(url) });
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
 * The files under a web address. Downloads are kept on disk in Node and never asked for again, unless `refresh` is set.
 *
 * @throws ModelError `OPTION_INVALID` when `base` is not an http(s) address
 * @example
 * const source = urlSource('https://example.org/models/sst2', { onProgress: ({ file, loaded }) => console.log(file, loaded) });
 */
export const urlSource = (base: string, options: UrlSourceOptions = {}): FileSource => {
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new ModelError('OPTION_INVALID', `"${base}" is not a web address. Write one such as https://example.org/models/sst2.`);
  }
  const { origin, pathname, search } = new URL(base);
  const folder = `${origin}${pathname.replace(/\/+$/, '')}`;
  return webSource({ name: folder, address: (path) => `${folder}/${encodePath(path)}${search}`, cacheKey: ['url', folder] }, options);
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
