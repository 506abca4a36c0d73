import { ModelError, messageOf } from './errors.js';

/** How far the download of one file is. */
export interface FileProgress {
  /** Path of the file inside its source. */
  readonly file: string;
  /** Bytes received so far. */
  readonly loaded: number;
  /** Bytes of the whole file, when the server says. */
  readonly total: number | undefined;
}

/** How to download. */
export interface DownloadOptions {
  /** Stops the download; it then fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** How often to try again after a network error or a 5xx answer. Default 3. */
  readonly retries?: number;
  /** Wait before the first new try, in ms; doubles with each. Default 300. */
  readonly retryDelayMs?: number;
}

interface Request extends DownloadOptions {
  readonly file: string;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** A network error says what happened in its `cause`. */
const describe = (error: unknown): string => {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`;
};

const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });

/** Whether the browser says that there is no network: trying again is then in vain. */
const isOffline = (): boolean => (globalThis as { navigator?: { readonly onLine?: boolean } }).navigator?.onLine === false;

/** What an answer other than success means; undefined when trying again may help. */
const refusal = (response: Response, url: string): ModelError | undefined => {
  const { status } = response;
  if (status === 401 || status === 403) {
    return new ModelError('ACCESS_DENIED', `${url} answered ${status}: it does not exist, is private, or asks for consent. For a private model set HF_TOKEN.`);
  }
  if (status === 404 || status === 410) return new ModelError('FILE_NOT_FOUND', `${url} does not exist (the server answered ${status}).`);
  if (status < 500 && status !== 408 && status !== 429) return new ModelError('DOWNLOAD_FAILED', `${url} answered ${status} ${response.statusText}.`);
  return undefined;
};

const receive = async (response: Response, { file, onProgress }: Request): Promise<Uint8Array> => {
  const stated = response.headers.get('content-encoding') === null ? Number(response.headers.get('content-length') ?? Number.NaN) : Number.NaN;
  const total = Number.isNaN(stated) ? undefined : stated;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  if (response.body !== null) {
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const chunk = next.value as Uint8Array;
      chunks.push(chunk);
      loaded += chunk.length;
      onProgress?.({ file, loaded, total });
    }
  }
  if (total !== undefined && loaded !== total) throw new Error(`the connection ended after ${loaded} of ${total} bytes`);
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};

/**
 * Fetches one address whole, trying again after network errors and 5xx answers.
 *
 * @throws ModelError `FILE_NOT_FOUND` (404), `ACCESS_DENIED` (401, 403), `ABORTED`, or `DOWNLOAD_FAILED` for all else
 */
export const download = async (url: string, request: Request): Promise<Uint8Array> => {
  const { method = 'GET', headers = {}, signal, retries = 3, retryDelayMs = 300 } = request;
  let problem = '';
  let tries = 0;
  for (let attempt = 0; attempt <= retries && !signal?.aborted && !(attempt > 0 && isOffline()); attempt += 1) {
    tries += 1;
    if (attempt > 0) await wait(retryDelayMs * 2 ** (attempt - 1), signal);
    let response: Response;
    try {
      response = await fetch(url, { method, headers, ...(signal === undefined ? {} : { signal }) });
      if (response.ok) return method === 'HEAD' ? new Uint8Array(await response.arrayBuffer()) : await receive(response, request); // a browser calls an answer that nobody reads a failure
    } catch (error) {
      problem = describe(error);
      continue;
    }
    await response.body?.cancel();
    const final = refusal(response, url);
    if (final !== undefined) throw final;
    problem = `the server answered ${response.status} ${response.statusText}`;
  }
  if (signal?.aborted) throw new ModelError('ABORTED', `The download of ${url} was stopped.`, { cause: signal.reason });
  throw new ModelError('DOWNLOAD_FAILED', `${url} cannot be downloaded: ${problem}; tried ${tries === 1 ? 'once' : `${tries} times`}. Check the network and the address.`);
};
