/** What goes between the main thread and the threads that run a model: plain data. */
import type { OperatingPoint } from '@length-adaptive/core';
import type {
  AffordablePoints,
  Dimensions,
  EmbeddingPooling,
  EmbeddingSettings,
  NearestPoint,
  ParetoPoint,
  Prediction,
  Predictor,
  PriorName,
  TaskName,
  TextInput,
  TokenInput,
  TowerName,
} from '@length-adaptive/models';
import type { Precision } from '@length-adaptive/onnx';
import type { ServerErrorCode } from '../errors.js';

/** Which model a thread opens, and on what. */
export interface ThreadData {
  readonly source: string;
  readonly engine: 'auto' | 'onnx' | 'tfjs';
  readonly precision: Precision;
  /** A LoRA adapter that is merged into it. */
  readonly adapter?: string | undefined;
  /** Of two towers the one that is opened. */
  readonly tower?: TowerName | undefined;
  /** Threads of one operator. */
  readonly threads: number;
  /** How the model makes vectors. Default: as its files say. */
  readonly embedding?: Partial<EmbeddingSettings> | undefined;
}

/** A batch that was timed when the thread began. */
export interface TimedBatch {
  readonly macs: number;
  readonly milliseconds: number;
}

/** What is to be known of a model to plan its work. */
export interface ModelFacts {
  readonly engine: string;
  readonly task: TaskName;
  readonly labels: readonly string[];
  readonly dimensions: Dimensions;
  readonly head: Predictor['head'];
  /** What ranks tokens beforehand; absent where nothing does. */
  readonly prior?: PriorName | undefined;
  /** What makes a text's vector of those of its tokens; absent for a model that makes none. */
  readonly pooling?: EmbeddingPooling | undefined;
  readonly paretoSet: readonly ParetoPoint[];
  /** The one point that it runs at, where it has one built in. */
  readonly builtIn?: OperatingPoint | undefined;
  readonly timed: readonly TimedBatch[];
  /** By the bits of points that have others than the model: the time of a pass as a share of one in its own. */
  readonly pace?: Readonly<Record<number, number>> | undefined;
  /** Bytes of its weights, where the engine knows. */
  readonly weightBytes?: number | undefined;
}

/** One text of a batch. */
export interface ThreadText {
  readonly input: TextInput | TokenInput;
  readonly point: OperatingPoint | AffordablePoints;
  readonly truncate: boolean;
  readonly answers?: number | undefined;
  readonly maxAnswerTokens?: number | undefined;
  readonly threshold?: number | undefined;
  readonly rawScores?: boolean | undefined;
  readonly promptName?: string | undefined;
  readonly everyToken?: boolean | undefined;
  readonly inWindows?: boolean | undefined;
}

/** What became of one text; one that cannot be read does not fail the others. */
export type ThreadAnswer = { readonly prediction: Prediction } | ThreadFailure;

/** Why a text has no answer. */
export interface ThreadFailure {
  readonly code: ServerErrorCode;
  readonly message: string;
  /** Where in the thread's program it happened, for a fault of ours. */
  readonly place?: string | undefined;
  /** With `BUDGET_INFEASIBLE`: the point that costs the text the least. */
  readonly nearest?: NearestPoint | undefined;
}

export interface ThreadResult {
  /** In the order of the batch. */
  readonly answers: readonly ThreadAnswer[];
  readonly computeMs: number;
}
