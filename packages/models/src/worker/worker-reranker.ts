/** A reranker whose model is in a worker: the page's side. */
import type { StartedBackend } from '@length-adaptive/core/backend';
import type { Reranker } from '../reranking/reranker.js';
import type { RerankDocument } from '../reranking/reranking.js';
import { commonNow } from './common-now.js';
import { openInWorker, sent } from './line.js';
import type { OpenInWorkerOptions, WorkerLine } from './line.js';
import type { WorkerRerankerFacts, WorkerRerankerOptions } from './messages.js';

/** A reranker whose model is in a worker. */
export interface WorkerReranker extends Reranker {
  /** What TensorFlow.js computes with in the worker, and why; undefined where the worker opens models on another engine. */
  readonly backend: StartedBackend | undefined;
  /** Frees the model, and ends the worker but for `keepWorker`. Calls under way are refused with `DISPOSED`, as are those that come later. May be called again. */
  dispose(): void;
}

/** What of a document is read; what is none goes as it is, and is refused where it is read. */
const toSentDocument = (document: RerankDocument): RerankDocument =>
  typeof document === 'object' && document !== null && 'text' in document ? { text: document.text } : document;

/**
 * Opens a cross-encoder in a worker, and gives the reranker of it: what `createReranker` gives, while the page stays free to scroll and type. A
 * deadline counts from the call, so that what the worker does before it begins is in it.
 *
 * @param worker a worker whose script calls `servePredictor`
 * @param source a web address (one that begins with `/` or `.` is taken from the page's), or a Hub repository
 * @throws ModelError `WORKER_FAILED` when the worker's script does not run, `ABORTED`, and what `openTrainedModel` and `createReranker` throw
 * @example
 * const worker = new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' });
 * const reranker = await createWorkerReranker(worker, '/models/reranker');
 * const { results } = await reranker.rerank('who wrote it', passages, { deadlineMs: 300 });
 */
export const createWorkerReranker = async (
  worker: WorkerLine,
  source: string,
  options: OpenInWorkerOptions & WorkerRerankerOptions = {},
): Promise<WorkerReranker> => {
  const how = { call: 'openReranker', what: 'reranker' } as const;
  const { facts, ask, dispose } = await openInWorker<WorkerRerankerFacts>(worker, source, how, options);
  return {
    ...facts,
    rerank: async (query, documents, given = {}) => {
      const asked = commonNow();
      const texts = Array.isArray(documents) ? documents.map(toSentDocument) : documents;
      return ask((model) => ({ call: 'rerank', model, query, documents: texts, options: sent(given), asked }), given);
    },
    // Clocks stay where they are.
    calibrate: ({ now: _, ...given } = {}) =>
      ask((model) => ({ call: 'calibrate', model, options: sent(given) }), given),
    dispose,
  };
};
