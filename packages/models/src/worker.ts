/** The page's side of models in workers, as the sub-path `@length-adaptive/models/worker`: small, since TensorFlow.js stays in the worker. */
export type { FailedPrediction, Inspection, Prediction, PredictOptions } from './predictor/prediction.js';
export type { Predictor } from './predictor/predictor.js';
export type { OpenInWorkerOptions as WorkerPredictorOptions, WorkerLine } from './worker/line.js';
export type { Line, WorkerModelOptions, WorkerRerankerOptions } from './worker/messages.js';
export { createWorkerPredictor } from './worker/worker-predictor.js';
export type { WorkerPredictor } from './worker/worker-predictor.js';
export { createWorkerReranker } from './worker/worker-reranker.js';
export type { WorkerReranker } from './worker/worker-reranker.js';
export type { Reranker } from './reranking/reranker.js';
export type {
  MeasuredCascade,
  RankedDocument,
  RerankDocument,
  Reranking,
  RerankOptions,
  RerankStage,
} from './reranking/reranking.js';
export type { DownloadProgress } from './sources/download-progress.js';
