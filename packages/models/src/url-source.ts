import { isPage, lookAt } from './check-content.js';
import { download } from './download.js';
import type { Downloaded, DownloadOptions } from './download.js';
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

const errorCode = (error: unknown): string | undefined => (error instanceof ModelError ? error.code : undefined);

/** Says that a host showed a page, or nothing, where a file was asked for. */
const notTheFile = (look: 'page' | 'empty', url: string, { type, address }: Downloaded): ModelError => {
  const redirected = address !== '' && address !== url ? `, redirected to ${address.split('?')[0]}` : '';
  const what = look === 'empty' ? 'an empty answer' : `a page (${type ?? 'of no stated type'})`;
  return new ModelError('FILE_NOT_FOUND', `${url} answered with ${what} in place of the file${redirected}: the file is not there, or the host asks for a login first.`);
};

const webSource = ({ name, address, cacheKey }: Place, { cacheFolder, refresh = false, onProgress: report, ...options }: UrlSourceOptions): FileSource => {
  const cache = downloadCache(cacheFolder);
  const onProgress = report && addUpProgress(report);
  const keyOf = (path: string): readonly string[] => [...cacheKey, ...path.split('/')];
  const absentKey = (path: string): readonly string[] => keyOf(`${path}.absent`);
  const requestFor = (path: string) => ({ ...options, file: path, headers: authorization(address(path)), revalidate: refresh });

  /** Asks the host, and remembers what it does not have: so that a model that is kept opens without a network. */
  const ask = async <T>(path: string, asking: () => Promise<T>): Promise<T> => {
    try {
      const answer = await asking();
      await cache.delete(absentKey(path));
      return answer;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'FILE_NOT_FOUND' || code === 'ACCESS_DENIED') await cache.set(absentKey(path), new Uint8Array(0));
      if (code !== 'DOWNLOAD_FAILED' || (await cache.start(absentKey(path))) === undefined) throw error;
      throw new ModelError('FILE_NOT_FOUND', `${address(path)} did not exist when it was last asked for, and cannot be asked for now.`, { cause: error });
    }
  };

  /** Downloads a file, and keeps it if it is what its name says; what is broken goes to the reader, who can say how. */
  const fetchFile = async (path: string): Promise<Uint8Array> => {
    const answer = await download(address(path), { ...requestFor(path), onProgress, isWhole: (bytes) => /\.(json|safetensors|onnx)$/.test(path) && lookAt(path, bytes) === 'good' });
    const look = lookAt(path, answer.bytes, answer.type);
    if (look === 'page' || look === 'empty') throw notTheFile(look, address(path), answer);
    checkNotPointer(answer.bytes, address(path));
    if (look === 'good') await cache.set(keyOf(path), answer.bytes);
    return answer.bytes;
  };

  /** What is kept of a file, unless it is not the file: pages and parts of files that were kept once are forgotten. */
  const keptFile = async (path: string): Promise<Uint8Array | undefined> => {
    const kept = refresh ? undefined : await cache.get(keyOf(path));
    if (kept === undefined || lookAt(path, kept) === 'good') return kept;
    await cache.delete(keyOf(path));
    return undefined;
  };

  /** Asks for the first bytes: there are hosts that do not answer HEAD, deny it, or say yes to anything. */
  const checkStart = async (path: string): Promise<void> => {
    const answer = await download(address(path), { ...requestFor(path), want: 'start' });
    const isEmpty = answer.bytes.length === 0 && lookAt(path, answer.bytes) === 'empty';
    if (isEmpty || isPage(path, answer.bytes, answer.type)) throw notTheFile(isEmpty ? 'empty' : 'page', address(path), answer);
  };

  const checkThere = async (path: string): Promise<void> => {
    try {
      const { type = '', length = 0 } = await download(address(path), { ...requestFor(path), want: 'head', retries: 0 });
      if (length > 0 && !/^text\/html\b/i.test(type)) return;
    } catch (error) {
      if (errorCode(error) === 'FILE_NOT_FOUND' || errorCode(error) === 'ABORTED') throw error;
    }
    await checkStart(path);
  };

  return {
    name,
    read: async (path) => (await keptFile(checkPath(path))) ?? ask(path, () => fetchFile(path)),
    exists: async (path) => {
      const kept = refresh ? undefined : await cache.start(keyOf(checkPath(path)));
      if (kept !== undefined && kept.length > 0 && !isPage(path, kept)) return true;
      try {
        await ask(path, () => checkThere(path));
        return true;
      } catch (error) {
        if (errorCode(error) === 'FILE_NOT_FOUND' || errorCode(error) === 'ACCESS_DENIED') return false;
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
