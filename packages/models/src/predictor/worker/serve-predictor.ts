/** The worker's side, as the sub-path `@length-adaptive/models/worker/serve`: holds the model, and answers the page. */
import { startBackend } from '@length-adaptive/core/backend';
import type { StartedBackend } from '@length-adaptive/core/backend';
import { ModelError, messageOf } from '../../errors.js';
import type { OpenModelOptions } from '../../model/open-model.js';
import { openSource } from '../../sources/open-source.js';
import { load } from '../load.js';
import type { Predictor } from '../predictor.js';
import { raceShapeOf } from './race-shape.js';
import { fromSent } from './sent-input.js';
import type { Line, SentError, WorkerModel, WorkerModelOptions, WorkerReply, WorkerRequest } from './messages.js';

export type { Line, WorkerModelOptions } from './messages.js';

/** A model that a worker has opened, and what it runs on where that was chosen. */
export interface ServedPredictor {
  readonly predictor: Predictor;
  readonly backend?: StartedBackend | undefined;
}

export interface ServePredictorOptions {
  /** How to open a model. Default: on TensorFlow.js; on the faster of WebGPU and wasm, which race at the model's shape where both work and `backends` names none, else on the first that works. Give another to run on another engine. */
  readonly open?: (
    source: string,
    options: WorkerModelOptions & Pick<OpenModelOptions, 'onProgress' | 'signal'>,
  ) => Promise<ServedPredictor>;
  /** Where the page is heard. Default: the worker's global scope. */
  readonly line?: Line;
}

const openOnTensorFlow: NonNullable<ServePredictorOptions['open']> = async (
  source,
  { backends, wasmPaths, threads, race, ...options },
) => {
  const files = await openSource(source, options);
  const shape = race ?? (backends === undefined && hasGpu() ? await raceShapeOf(files) : undefined);
  const backend = await startBackend({ backends, wasmPaths, threads, race: shape });
  return { predictor: await load(files, options), backend };
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
  line = globalThis as unknown as Line,
}: ServePredictorOptions = {}): void => {
  const models = new Map<number, Predictor>();
  const running = new Map<number, AbortController>();

  const modelOf = (number: number): Predictor => {
    const model = models.get(number);
    if (!model) throw new ModelError('DISPOSED', 'The model was disposed of; create another predictor.');
    return model;
  };

  const openModel = async (
    id: number,
    source: string,
    options: WorkerModelOptions,
    signal: AbortSignal,
  ): Promise<WorkerModel> => {
    const { predictor, backend } = await open(source, {
      ...options,
      signal,
      onProgress: (progress) => line.postMessage({ id, progress } satisfies WorkerReply),
    });
    if (signal.aborted) {
      predictor.dispose();
      throw signal.reason;
    }
    const { engine, task, answers, dimensions, head, paretoSet, labels, embedding, weightBytes } = predictor;
    models.set(id, predictor);
    return { engine, task, answers, dimensions, head, paretoSet, labels, embedding, weightBytes, backend };
  };

  const answer = async (request: WorkerRequest, signal: AbortSignal): Promise<unknown> => {
    switch (request.call) {
      case 'open':
        return openModel(request.id, request.source, request.options, signal);
      case 'predict':
        return modelOf(request.model).predict(request.texts.map(fromSent), { ...request.options, signal });
      case 'countTokens':
        return modelOf(request.model).countTokens(fromSent(request.text), request.options);
      case 'inspect':
        return modelOf(request.model).inspect(fromSent(request.text), { ...request.options, signal });
      case 'identity':
        return modelOf(request.model).identity(request.options);
      case 'dispose':
        models.get(request.model)?.dispose();
        models.delete(request.model);
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
