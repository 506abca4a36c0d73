/** The page's end of the line to a worker. */
import { CoreError } from '@length-adaptive/core/lengths';
import type { CoreErrorCode } from '@length-adaptive/core/lengths';
import { ModelError, messageOf } from '../errors.js';
import type { ModelErrorCode } from '../errors.js';
import type { DownloadProgress } from '../sources/download-progress.js';
import type { Line, SentError, WorkerCall, WorkerModelOptions, WorkerReply } from './messages.js';

/** A worker: `new Worker(...)` of a page, or a `MessagePort` to one. */
export interface WorkerLine extends Line {
  terminate?(): void;
  /** Of a `MessagePort`. */
  start?(): void;
}

/** How a page has a model opened in a worker. */
export interface OpenInWorkerOptions extends WorkerModelOptions {
  /** Called as the files of the model arrive, of all of them together. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the opening; it then fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Leave the worker running when what was opened is disposed of. Default false. */
  readonly keepWorker?: boolean | undefined;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: DownloadProgress) => void) | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** An error as it was thrown in the worker. */
const received = ({ name, code, message, nearest }: SentError): Error => {
  if (name === 'ModelError') return new ModelError(code as ModelErrorCode, message, { nearest });
  if (name === 'CoreError') return new CoreError(code as CoreErrorCode, message);
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
};

/** What was given with a call cannot be cloned. */
const unsendable = ({ call }: WorkerCall, cause: unknown): ModelError =>
  new ModelError(
    'OPTION_INVALID',
    `What came with ${call} cannot be sent to the worker: ${messageOf(cause)} Expected texts, numbers, lists and plain objects; leave functions out.`,
    { cause },
  );

/** The number of the last request of this page: lines to one worker hear each other's answers. */
let last = 0;

/** What ends each line to a worker: those of several models on it. */
const endsOf = new WeakMap<WorkerLine, Set<(error: ModelError) => void>>();

/** Ends a worker, and the lines of other models on it, which nobody would answer. */
const terminate = (worker: WorkerLine): void => {
  if (!worker.terminate) return;
  worker.terminate();
  for (const end of endsOf.get(worker) ?? [])
    end(
      new ModelError(
        'WORKER_FAILED',
        'The worker was ended with another model that was on it; open models that share a worker with keepWorker.',
      ),
    );
};

/** Asks a worker, and finds the answer to each question. */
const openLine = (worker: WorkerLine) => {
  const waiting = new Map<number, Waiting>();
  let ended: ModelError | undefined;
  const ends = endsOf.get(worker) ?? new Set();
  endsOf.set(worker, ends);

  const end = (error: ModelError): void => {
    ends.delete(end);
    ended ??= error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };

  const take = (reply: WorkerReply): void => {
    const asked = waiting.get(reply.id);
    if (!asked) return; // it was stopped
    if ('progress' in reply) return asked.onProgress?.(reply.progress);
    waiting.delete(reply.id);
    if ('error' in reply) asked.reject(received(reply.error));
    else asked.resolve(reply.value as never);
  };

  worker.addEventListener('message', ({ data }) => take(data as WorkerReply));
  worker.addEventListener('error', ({ message }) =>
    end(
      new ModelError(
        'WORKER_FAILED',
        `The worker failed${message ? `: ${message}` : ' to start'}. Is its script served, and does it call servePredictor()?`,
      ),
    ),
  );
  worker.addEventListener('messageerror', () =>
    end(new ModelError('WORKER_FAILED', 'An answer of the worker could not be read.')),
  );
  worker.start?.();
  ends.add(end);

  const ask = <T>(
    call: WorkerCall,
    { signal, onProgress }: CallOptions = {},
  ): { readonly id: number; readonly answer: Promise<T> } => {
    const id = (last += 1);
    const answer = new Promise<T>((resolve, reject) => {
      if (ended) return reject(ended);
      const stopped = (): ModelError =>
        new ModelError('ABORTED', `The worker was told to stop (${call.call}).`, { cause: signal?.reason });
      if (signal?.aborted) return reject(stopped());
      const onAbort = (): void => {
        waiting.delete(id);
        worker.postMessage({ id: (last += 1), call: 'abort', request: id });
        reject(stopped());
      };
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(id, {
        resolve: (value) => (settled(), resolve(value)),
        reject: (error) => (settled(), reject(error)),
        onProgress,
      });
      try {
        worker.postMessage({ ...call, id });
      } catch (cause) {
        waiting.delete(id);
        settled();
        reject(unsendable(call, cause));
      }
    });
    return { id, answer };
  };
  return { ask, end };
};

/** Addresses are taken from the page's: the worker's script may be elsewhere. */
const absolute = (source: string): string => {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return /^\.{0,2}\//.test(source) && location ? new URL(source, location.href).href : source;
};

/** Options that can be sent: all but the signal, which is told apart. */
export const sent = <Options extends CallOptions>({ signal: _, ...options }: Options): Omit<Options, 'signal'> =>
  options;

/** A model that a worker holds. */
interface OpenedInWorker<Facts> {
  readonly facts: Facts;
  /** Asks the worker something of the model, whose number it is given. */
  readonly ask: <T>(callOf: (model: number) => WorkerCall, options?: CallOptions) => Promise<T>;
  readonly dispose: () => void;
}

/** Has a model opened in a worker. */
export const openInWorker = async <Facts>(
  worker: WorkerLine,
  source: string,
  { call, what }: { readonly call: 'open' | 'openReranker'; readonly what: string },
  { onProgress, signal, keepWorker = false, ...options }: OpenInWorkerOptions,
): Promise<OpenedInWorker<Facts>> => {
  const { ask, end } = openLine(worker);
  const { adapter } = options;
  const asked = { ...options, ...(typeof adapter === 'string' && { adapter: absolute(adapter) }) };
  const opening = ask<Facts>({ call, source: absolute(source), options: asked }, { signal, onProgress });
  const { id: model } = opening;
  const leave = (): void => {
    if (!keepWorker) terminate(worker);
  };
  const forget = (): void => worker.postMessage({ id: 0, call: 'dispose', model });
  const facts = await opening.answer.catch((error: unknown) => {
    if (keepWorker) forget(); // it may have been opened when the page gave it up
    end(error instanceof ModelError ? error : new ModelError('WORKER_FAILED', messageOf(error)));
    leave();
    throw error;
  });
  let disposed = false;
  return {
    facts,
    ask: (callOf, given) => ask<never>(callOf(model), given).answer,
    dispose: () => {
      if (disposed) return;
      disposed = true;
      forget();
      end(new ModelError('DISPOSED', `The ${what} was disposed of; create another.`));
      leave();
    },
  };
};
