import type { TowerName } from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import type { RequestBudget } from './request.js';
import type { Service } from './service.js';
import type { Log } from './telemetry/log.js';
import type { Observer } from './telemetry/observer.js';

/** What a service serves, and how. */
export interface ServiceOptions {
  /** A model directory, an `npm:`, Hub or web address, or a folder of models: `NAME/` or `NAME/VERSION/` each. */
  readonly models: string;
  /** Default `auto`: onnx if onnxruntime-node is installed, else tfjs. */
  readonly engine?: 'auto' | 'onnx' | 'tfjs' | undefined;
  readonly precision?: Precision | undefined;
  /** A LoRA adapter that is merged into each model as it opens. Default: the one beside its weights, if there is one. */
  readonly adapter?: string | undefined;
  /** Of a model of two towers, such as CLIP, the one that is opened. Default: that for images. */
  readonly tower?: TowerName | undefined;
  /** Worker threads of each model. Default 1. */
  readonly workers?: number | undefined;
  /** Threads of one operator in each worker. Default: the cores, shared out among the workers. */
  readonly threads?: number | undefined;
  /** Tokens of a batch. Default 2048. */
  readonly maxBatchTokens?: number | undefined;
  /** Texts of a batch. Default 64. */
  readonly maxBatchTexts?: number | undefined;
  /** Texts that may wait. Default 1024. */
  readonly maxQueue?: number | undefined;
  /** Longest wait that a request is accepted for, when even the shortest configuration takes that long. Default 1000. */
  readonly maxQueueMs?: number | undefined;
  /** Queue delay above which the service goes down the Pareto set. Default 100. */
  readonly targetDelayMs?: number | undefined;
  /** Budget of requests that name none. Default: none, the best score. */
  readonly defaultBudget?: RequestBudget | undefined;
  readonly observer?: Observer | undefined;
  /** Is told why threads ended, and why a model cannot be opened. Default: nobody. */
  readonly log?: Log | undefined;
}

/** A service that is open. */
export interface OpenService extends Service {
  /** Looks at the models again: opens those that are new or changed, then closes what they replace; no request is dropped. */
  reload(): Promise<void>;
  /** Accepts nothing more, and resolves when all accepted work is answered. */
  drain(): Promise<void>;
  /** Ends the threads. What still waits fails with `SHUTTING_DOWN`. */
  close(): Promise<void>;
}
