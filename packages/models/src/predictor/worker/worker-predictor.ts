/** The page's side, as the sub-path `@length-adaptive/models/worker`: small, since TensorFlow.js stays in the worker. */
import type { StartedBackend } from '@length-adaptive/core/backend';
import { CoreError, pointCost } from '@length-adaptive/core/lengths';
import type { CoreErrorCode } from '@length-adaptive/core/lengths';
import type { DownloadProgress } from '../../sources/download-progress.js';
import { ModelError } from '../../errors.js';
import type { ModelErrorCode } from '../../errors.js';
import { costOptionsOf } from '../../model/head-cost.js';
import type { EmbedOptions } from '../embedding.js';
import { eachOrOne } from '../each-or-one.js';
import { embedTexts } from '../embed-texts.js';
import type { VectorMaker } from '../embed-texts.js';
import type { Predictor } from '../predictor.js';
import type { Inspection, PredictOptions } from '../prediction.js';
import type { PredictorInput } from '../../tasks/task.js';
import { toSent } from './sent-input.js';
import type { Line, SentError, WorkerCall, WorkerModel, WorkerModelOptions, WorkerReply } from './messages.js';

export type { DownloadProgress } from '../../sources/download-progress.js';
export type { Predictor } from '../predictor.js';
export type { FailedPrediction, Inspection, Prediction, PredictOptions } from '../prediction.js';
export type { Line, WorkerModelOptions } from './messages.js';

/** A worker: `new Worker(...)` of a page, or a `MessagePort` to one. */
export interface WorkerLine extends Line {
  terminate?(): void;
  /** Of a `MessagePort`. */
  start?(): void;
}

export interface WorkerPredictorOptions extends WorkerModelOptions {
  /** Called as the files of the model arrive, of all of them together. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Stops the opening; it then fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Leave the worker running when the predictor is disposed of. Default false. */
  readonly keepWorker?: boolean | undefined;
}

/** A predictor whose model is in a worker. */
export interface WorkerPredictor extends Predictor {
  /** What TensorFlow.js computes with in the worker, and why; undefined where the worker opens models on another engine. */
  readonly backend: StartedBackend | undefined;
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

/** Asks a worker, and finds the answer to each question. */
const openLine = (worker: WorkerLine) => {
  const waiting = new Map<number, Waiting>();
  let ended: ModelError | undefined;
  let last = 0;

  const end = (error: ModelError): void => {
    ended = error;
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
      worker.postMessage({ ...call, id });
    });
    return { id, answer };
  };
  return { ask, end };
};

/** Options that can be sent: all but the signal, which is told apart. */
const sent = ({ signal: _, ...options }: PredictOptions): Omit<PredictOptions, 'signal'> => options;

/**
 * Opens a model in a worker, and gives the predictor of it: the interface that `load` gives, while the page stays free to scroll and type.
 *
 * @param worker a worker whose script calls `servePredictor`
 * @param source a web address (one that begins with `/` or `.` is taken from the page's), or a Hub repository
 * @throws ModelError `WORKER_FAILED` when the worker's script does not run, `ABORTED`, and what `load` throws
 * @example
 * const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
 * const predictor = await createWorkerPredictor(worker, '/models/reviews', { onProgress: ({ share = 0 }) => console.log(share) });
 * const [answer] = await predictor.predict(['Great for the jawbone.'], { budget: { cost: 0.5 } });
 */
export const createWorkerPredictor = async (
  worker: WorkerLine,
  source: string,
  { onProgress, signal, keepWorker = false, ...options }: WorkerPredictorOptions = {},
): Promise<WorkerPredictor> => {
  const { ask, end } = openLine(worker);
  const opening = ask<WorkerModel>({ call: 'open', source: absolute(source), options }, { signal, onProgress });
  const { id: model } = opening;
  const facts = await opening.answer;
  const costOptions = costOptionsOf(facts.dimensions, facts.head);
  const predict = (texts: readonly PredictorInput[], given: PredictOptions = {}): Promise<readonly unknown[]> =>
    ask<readonly unknown[]>({ call: 'predict', model, texts: texts.map(toSent), options: sent(given) }, given).answer;
  let disposed = false;
  return {
    ...facts,
    predict: eachOrOne(predict) as Predictor['predict'],
    embed: eachOrOne((texts: readonly string[], given?: EmbedOptions) =>
      embedTexts(
        {
          task: facts.task,
          embedding: facts.embedding,
          width: facts.dimensions.hiddenSize,
          predict: (some, how) => predict(some, how) as ReturnType<VectorMaker['predict']>,
        },
        texts,
        given,
      ),
    ) as Predictor['embed'],
    identity: (given = {}) => ask<string>({ call: 'identity', model, options: given }).answer,
    countTokens: (text, given = {}) =>
      ask<number>({ call: 'countTokens', model, text: toSent(text), options: sent(given) }, given).answer,
    inspect: (text, given = {}) =>
      ask<Inspection>({ call: 'inspect', model, text: toSent(text), options: sent(given) }, given).answer,
    macs: (tokens, point = {}) => pointCost(facts.dimensions, point, tokens, costOptions),
    dispose: () => {
      if (disposed) return;
      disposed = true;
      worker.postMessage({ id: 0, call: 'dispose', model });
      end(new ModelError('DISPOSED', 'The predictor was disposed of; create another.'));
      if (!keepWorker) worker.terminate?.();
    },
  };
};

/** Addresses are taken from the page's: the worker's script may be elsewhere. */
const absolute = (source: string): string => {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  return /^\.{0,2}\//.test(source) && location ? new URL(source, location.href).href : source;
};
