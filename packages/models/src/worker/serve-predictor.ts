/** The worker's side, as the sub-path `@length-adaptive/models/worker/serve`: holds the model, and answers the page. */
import { startBackend } from '@length-adaptive/core/backend';
import type { StartedBackend } from '@length-adaptive/core/backend';
import { ModelError, messageOf } from '../errors.js';
import { orDispose } from '../model/lifetime.js';
import { openTrainedModel } from '../model/open-model.js';
import type { OpenModelOptions } from '../model/open-model.js';
import type { Reranker } from '../reranking/reranker.js';
import type { Reranking } from '../reranking/reranking.js';
import type { DownloadProgress } from '../sources/download-progress.js';
import type { FileSource } from '../sources/file-source.js';
import { openSource } from '../sources/open-source.js';
import { load } from '../predictor/load.js';
import type { Predictor } from '../predictor/predictor.js';
import { commonNow } from './common-now.js';
import { raceShapeOf } from './race-shape.js';
import { fromSent } from './sent-input.js';
import type {
  Line,
  SentError,
  WorkerModel,
  WorkerModelOptions,
  WorkerReply,
  WorkerRequest,
  WorkerRerankerFacts,
  WorkerRerankerOptions,
} from './messages.js';

export type { Line, WorkerModelOptions, WorkerRerankerOptions } from './messages.js';

/** A model that a worker has opened, and what it runs on where that was chosen. */
export interface ServedPredictor {
  readonly predictor: Predictor;
  readonly backend?: StartedBackend | undefined;
}

/** The same of a reranker. */
export interface ServedReranker {
  readonly reranker: Reranker;
  readonly backend?: StartedBackend | undefined;
}

/** How a worker is told to open something. */
type Opening<Served, Options = object> = (
  source: string,
  options: WorkerModelOptions & Options & Pick<OpenModelOptions, 'onProgress' | 'signal'>,
) => Promise<Served>;

export interface ServePredictorOptions {
  /** How to open a model. Default: on TensorFlow.js; on the faster of WebGPU and wasm, which race at the model's shape where both work and `backends` names none, else on the first that works. Give another to run on another engine. */
  readonly open?: Opening<ServedPredictor>;
  /** The same for rerankers. */
  readonly openReranker?: Opening<ServedReranker, WorkerRerankerOptions>;
  /** Where the page is heard. Default: the worker's global scope. */
  readonly line?: Line;
}

/** Starts what the files of a model will run on. */
const startFor: Opening<{
  readonly files: FileSource;
  readonly backend: StartedBackend;
  readonly options: OpenModelOptions;
}> = async (source, { backends, wasmPaths, threads, race, ...options }) => {
  const files = await openSource(source, options);
  const shape = race ?? (backends === undefined && hasGpu() ? await raceShapeOf(files) : undefined);
  return { files, backend: await startBackend({ backends, wasmPaths, threads, race: shape }), options };
};

const openOnTensorFlow: Opening<ServedPredictor> = async (source, given) => {
  const { files, backend, options } = await startFor(source, given);
  return { predictor: await load(files, options), backend };
};

const openRerankerOnTensorFlow: Opening<ServedReranker, WorkerRerankerOptions> = async (source, given) => {
  const { label, scale, windowLength, stride, ordered, ...others } = given;
  const ranking = { label, scale, windowLength, stride, ordered } satisfies Record<
    keyof WorkerRerankerOptions,
    unknown
  >;
  const { files, backend, options } = await startFor(source, others);
  const { createReranker } = await import('../reranking/reranker.js'); // what only predicts needs none of it
  const text = await openTrainedModel(files, options);
  return { reranker: orDispose(text.model, () => createReranker(text, ranking)), backend };
};

/** Whether there may be a choice. */
const hasGpu = (): boolean => (globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu !== undefined;

const toSend = (thrown: unknown): SentError => {
  const { name = 'Error', code } = thrown as { readonly name?: string; readonly code?: unknown };
  return {
    name,
    code: typeof code === 'string' ? code : undefined,
    message: messageOf(thrown),
    ...(thrown instanceof ModelError && { nearest: thrown.nearest }),
  };
};

/**
 * Makes a worker answer for a model: to be called at the top of its script, before anything is awaited.
 *
 * @example
 * // model.worker.ts
 * import { servePredictor } from '@length-adaptive/models/worker/serve';
 * servePredictor();
 */
export const servePredictor = ({
  open = openOnTensorFlow,
  openReranker = openRerankerOnTensorFlow,
  line = globalThis as unknown as Line,
}: ServePredictorOptions = {}): void => {
  const predictors = new Map<number, Predictor>();
  const rerankers = new Map<number, Reranker>();
  const running = new Map<number, AbortController>();

  const held = <T>(models: ReadonlyMap<number, T>, number: number, what: string): T => {
    const model = models.get(number);
    if (!model) throw new ModelError('DISPOSED', `The model was disposed of; create another ${what}.`);
    return model;
  };
  const predictorOf = (number: number): Predictor => held(predictors, number, 'predictor');
  const rerankerOf = (number: number): Reranker => held(rerankers, number, 'reranker');

  /** What an opening is told beside its options. */
  const reporting = (id: number, signal: AbortSignal) => ({
    signal,
    onProgress: (progress: DownloadProgress) => line.postMessage({ id, progress } satisfies WorkerReply),
  });
  /** Keeps what was opened, unless nobody waits for it any more. */
  const keep = <T extends { dispose(): void }>(
    { models, id }: { readonly models: Map<number, T>; readonly id: number },
    opened: T,
    signal: AbortSignal,
  ): void => {
    if (signal.aborted) {
      opened.dispose();
      throw signal.reason;
    }
    models.set(id, opened);
  };

  const openPredictor = async (
    { id, source, options }: Extract<WorkerRequest, { call: 'open' }>,
    signal: AbortSignal,
  ): Promise<WorkerModel> => {
    const { predictor, backend } = await open(source, { ...options, ...reporting(id, signal) });
    keep({ models: predictors, id }, predictor, signal);
    const { engine, task, answers, dimensions, head, paretoSet, builtIn } = predictor;
    const { labels, embedding, prior, weightBytes } = predictor;
    const facts = {
      engine,
      task,
      answers,
      dimensions,
      head,
      paretoSet,
      builtIn,
      labels,
      embedding,
      prior,
      weightBytes,
    };
    return { ...facts, backend };
  };

  const openRanking = async (
    { id, source, options }: Extract<WorkerRequest, { call: 'openReranker' }>,
    signal: AbortSignal,
  ): Promise<WorkerRerankerFacts> => {
    const { reranker, backend } = await openReranker(source, { ...options, ...reporting(id, signal) });
    keep({ models: rerankers, id }, reranker, signal);
    const { engine, task, points, cascades } = reranker;
    return { engine, task, points, cascades, backend };
  };

  const rank = (
    { model, query, documents, options, asked }: Extract<WorkerRequest, { call: 'rerank' }>,
    signal: AbortSignal,
  ): Promise<Reranking> => {
    const { deadlineMs } = options;
    const left = deadlineMs === undefined ? undefined : deadlineMs - Math.max(0, commonNow() - asked);
    return rerankerOf(model).rerank(query, documents, {
      ...options,
      deadlineMs: left === undefined || deadlineMs === undefined || deadlineMs <= 0 ? deadlineMs : Math.max(1, left),
      signal,
    });
  };

  const answer = async (request: WorkerRequest, signal: AbortSignal): Promise<unknown> => {
    switch (request.call) {
      case 'open':
        return openPredictor(request, signal);
      case 'openReranker':
        return openRanking(request, signal);
      case 'rerank':
        return rank(request, signal);
      case 'calibrate':
        return rerankerOf(request.model).calibrate({ ...request.options, signal });
      case 'predict':
        return predictorOf(request.model).predict(request.texts.map(fromSent), { ...request.options, signal });
      case 'countTokens':
        return predictorOf(request.model).countTokens(fromSent(request.text), request.options);
      case 'inspect':
        return predictorOf(request.model).inspect(fromSent(request.text), { ...request.options, signal });
      case 'identity':
        return predictorOf(request.model).identity(request.options);
      case 'dispose':
        for (const models of [predictors, rerankers]) {
          models.get(request.model)?.dispose();
          models.delete(request.model);
        }
        return undefined;
      case 'abort':
        running.get(request.request)?.abort();
        return undefined;
    }
  };

  const reply = async (request: WorkerRequest): Promise<void> => {
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      line.postMessage({ id, value: await answer(request, controller.signal) } satisfies WorkerReply);
    } catch (thrown) {
      line.postMessage({ id, error: toSend(thrown) } satisfies WorkerReply);
    } finally {
      running.delete(id);
    }
  };

  line.addEventListener('message', ({ data }) => void reply(data as WorkerRequest));
};
