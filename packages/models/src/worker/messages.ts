/** What a page and the worker that holds its model say to each other. Everything in it survives the structured clone. */
import type { StartBackendOptions, StartedBackend } from '@length-adaptive/core/backend';
import type { NearestPoint } from '../errors.js';
import type { CalibrateLatencyOptions } from '../latency/calibrate-latency.js';
import type { OpenModelOptions } from '../model/open-model.js';
import type { Reranker } from '../reranking/reranker.js';
import type { CreateRerankerOptions, RerankDocument, RerankOptions } from '../reranking/reranking.js';
import type { DownloadProgress } from '../sources/download-progress.js';
import type { EmbedOptions } from '../predictor/embedding.js';
import type { Predictor } from '../predictor/predictor.js';
import type { InspectOptions, PredictOptions } from '../predictor/prediction.js';
import type { SentInput } from './sent-input.js';

/** How a worker opens a model; what cannot be sent stays behind. */
export type WorkerModelOptions = Omit<OpenModelOptions, 'task' | 'onProgress' | 'signal'> & StartBackendOptions;

/** What a worker is told of a reranker. */
export type WorkerRerankerOptions = Pick<
  CreateRerankerOptions,
  'label' | 'scale' | 'windowLength' | 'stride' | 'ordered'
>;

type Sent<Options> = Omit<Options, 'signal'>;

/** What can be asked of a worker. `model` is the number of the request that opened it. */
export type WorkerCall =
  | { readonly call: 'open'; readonly source: string; readonly options: WorkerModelOptions }
  | {
      readonly call: 'predict';
      readonly model: number;
      readonly texts: readonly SentInput[];
      readonly options: Sent<PredictOptions>;
    }
  | {
      readonly call: 'countTokens';
      readonly model: number;
      readonly text: SentInput;
      readonly options: Sent<PredictOptions>;
    }
  | {
      readonly call: 'inspect';
      readonly model: number;
      readonly text: SentInput;
      readonly options: Sent<InspectOptions>;
    }
  | {
      readonly call: 'identity';
      readonly model: number;
      readonly options: Pick<EmbedOptions, 'prompt' | 'dimensions'>;
    }
  | {
      readonly call: 'openReranker';
      readonly source: string;
      readonly options: WorkerModelOptions & WorkerRerankerOptions;
    }
  | {
      readonly call: 'rerank';
      readonly model: number;
      readonly query: string;
      readonly documents: readonly RerankDocument[];
      readonly options: Sent<RerankOptions>;
      /** When, by a clock that both sides have. */
      readonly asked: number;
    }
  | {
      readonly call: 'calibrate';
      readonly model: number;
      readonly options: Omit<Sent<CalibrateLatencyOptions>, 'now'>;
    }
  | { readonly call: 'dispose'; readonly model: number }
  | { readonly call: 'abort'; readonly request: number };

export type WorkerRequest = WorkerCall & { readonly id: number };

/** What a page is told of a model when it is open. */
export type WorkerModel = Pick<
  Predictor,
  | 'engine'
  | 'task'
  | 'answers'
  | 'dimensions'
  | 'head'
  | 'paretoSet'
  | 'builtIn'
  | 'labels'
  | 'embedding'
  | 'prior'
  | 'weightBytes'
> & {
  readonly backend: StartedBackend | undefined;
};

/** What a page is told of a reranker when it is open. */
export type WorkerRerankerFacts = Pick<Reranker, 'engine' | 'task' | 'points' | 'cascades'> & {
  readonly backend: StartedBackend | undefined;
};

/** An error, as it travels. */
export interface SentError {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly nearest?: NearestPoint | undefined;
}

export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: SentError }
  | { readonly id: number; readonly progress: DownloadProgress };

/** One side of the line: a `Worker`, the global scope inside of it, or a `MessagePort`. */
export interface Line {
  postMessage(message: unknown): void;
  addEventListener(
    type: string,
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
}
