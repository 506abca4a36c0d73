import { sniffedBytes } from './check-content.js';
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
  /** How often to try again after a network error, a 5xx answer, or one that asks to come later (408, 429). Default 3. */
  readonly retries?: number;
  /** Wait before the first new try, in ms; doubles with each. Default 300. A server's `Retry-After` is waited for, up to a minute. */
  readonly retryDelayMs?: number;
}

interface Request extends DownloadOptions {
  readonly file: string;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  /** What is wanted: the whole file, its first bytes, or (`HEAD`) none. Default the file. */
  readonly want?: 'file' | 'start' | 'head';
  readonly headers?: Readonly<Record<string, string>>;
  /** Do not take it from the browser's own cache without asking the server. Default false. */
  readonly revalidate?: boolean;
  /** Whether bytes are the whole file, by what they hold; asked when fewer came than the server said. Default never. */
  readonly isWhole?: (bytes: Uint8Array) => boolean;
}

/** What a server answered. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  /** Its `content-type` and `content-length`. */
  readonly type: string | undefined;
  readonly length: number | undefined;
  /** Where redirects led. */
  readonly address: string;
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

/** Longest that a server's `Retry-After` is waited for, in ms. */
const longestWait = 60_000;

/** `Retry-After`, seconds or a date, as milliseconds from now; 0 when it says neither. */
export const retryAfterMs = (header: string | null, now = Date.now()): number => {
  const text = header?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? 1000 * Number(text) : Date.parse(text) - now;
  return ms > 0 ? ms : 0;
};

/** What an answer other than success means; undefined when trying again may help. */
const refusal = (response: Response, url: string): ModelError | undefined => {
  const { status } = response;
  if (status === 401 || status === 403) {
    return new ModelError('ACCESS_DENIED', `${url} answered ${status}: it does not exist, is private, or asks for consent. For a private model set HF_TOKEN.`);
  }
  if (status === 404 || status === 410) return new ModelError('FILE_NOT_FOUND', `${url} does not exist (the server answered ${status}).`);
  if (status === 204 || status === 205) return new ModelError('FILE_NOT_FOUND', `${url} has no content (the server answered ${status}).`);
  if (status < 500 && status !== 408 && status !== 429) return new ModelError('DOWNLOAD_FAILED', `${url} answered ${status} ${response.statusText}.`);
  const later = retryAfterMs(response.headers.get('retry-after'));
  if (later > longestWait) return new ModelError('DOWNLOAD_FAILED', `${url} answered ${status} ${response.statusText}, and asks to come again in ${Math.ceil(later / 1000)} s.`);
  return undefined;
};

/** The `content-length`; undefined when it is none, or that of compressed bytes. */
const statedLength = ({ headers }: Response): number | undefined => {
  const stated = Number(headers.get('content-length') ?? Number.NaN);
  return (headers.get('content-encoding') ?? 'identity') === 'identity' && Number.isSafeInteger(stated) ? stated : undefined;
};

const join = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
};

const receive = async (response: Response, { file, onProgress, want, isWhole }: Request): Promise<Uint8Array> => {
  const stated = statedLength(response);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  if (response.body !== null) {
    const reader = response.body.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const chunk = next.value as Uint8Array;
      chunks.push(chunk);
      loaded += chunk.length;
      if (want === 'start' && loaded >= sniffedBytes) {
        await reader.cancel();
        return join(chunks, loaded);
      }
      // Browsers hide from pages of other origins that an answer was compressed, not its compressed length: more than that is no error.
      onProgress?.({ file, loaded, total: stated !== undefined && loaded <= stated ? stated : undefined });
    }
  }
  const bytes = join(chunks, loaded);
  if (stated !== undefined && loaded < stated && !isWhole?.(bytes)) throw new Error(`the connection ended after ${loaded} of ${stated} bytes`);
  return bytes;
};

/**
 * Fetches one address, trying again after network errors and answers that may pass (5xx, 408, 429).
 *
 * @throws ModelError `FILE_NOT_FOUND` (404, 410, no content), `ACCESS_DENIED` (401, 403), `ABORTED`, or `DOWNLOAD_FAILED` for all else
 */
export const download = async (url: string, request: Request): Promise<Downloaded> => {
  const { want = 'file', headers = {}, signal, retries = 3, retryDelayMs = 300, revalidate = false } = request;
  let problem = '';
  let tries = 0;
  let asked = 0; // ms that the server asked to wait
  for (let attempt = 0; attempt <= retries && !signal?.aborted && !(attempt > 0 && isOffline()); attempt += 1) {
    tries += 1;
    if (attempt > 0) await wait(Math.max(asked, retryDelayMs * 2 ** (attempt - 1)), signal);
    let response: Response;
    try {
      response = await fetch(url, { method: want === 'head' ? 'HEAD' : 'GET', headers, ...(signal && { signal }), ...(revalidate && { cache: 'no-cache' as const }) });
      if (response.ok && response.status !== 204 && response.status !== 205) {
        const bytes = want === 'head' ? new Uint8Array(await response.arrayBuffer()) : await receive(response, request); // a browser calls an answer that nobody reads a failure
        return { bytes, type: response.headers.get('content-type') ?? undefined, length: statedLength(response), address: response.url };
      }
    } catch (error) {
      problem = describe(error);
      asked = 0;
      continue;
    }
    await response.body?.cancel();
    const final = refusal(response, url);
    if (final !== undefined) throw final;
    problem = `the server answered ${response.status} ${response.statusText}`;
    asked = retryAfterMs(response.headers.get('retry-after'));
  }
  if (signal?.aborted) throw new ModelError('ABORTED', `The download of ${url} was stopped.`, { cause: signal.reason });
  throw new ModelError('DOWNLOAD_FAILED', `${url} cannot be downloaded: ${problem}; tried ${tries === 1 ? 'once' : `${tries} times`}. Check the network and the address.`);
};
