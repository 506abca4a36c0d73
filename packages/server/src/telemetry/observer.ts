import type { ServerErrorCode } from '../errors.js';
import type { InferenceResult } from '../request.js';

/** Which model something happened to. */
export interface ModelLabel {
  readonly name: string;
  readonly version: string;
}

/** One run of a worker thread. */
export interface BatchReport {
  readonly texts: number;
  readonly tokens: number;
  readonly computeMs: number;
  /** Multiply-accumulates spent. */
  readonly macs: number;
}

/** Is told of everything that is worth counting. */
export interface Observer {
  answered(model: ModelLabel, result: InferenceResult, totalMs: number): void;
  failed(model: ModelLabel, code: ServerErrorCode): void;
  batch(model: ModelLabel, report: BatchReport): void;
  /** A worker thread died and another took its place. */
  workerReplaced(model: ModelLabel): void;
}
