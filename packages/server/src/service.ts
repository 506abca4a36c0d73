import type { OperatingPoint } from '@length-adaptive/core';
import type {
  EmbeddingPooling,
  Encoding,
  ParetoPoint,
  PriorName,
  RankingPlans,
  TaskName,
  TextInput,
  TokenInput,
} from '@length-adaptive/models';
import type { InferenceRequest, InferenceResult, RequestBudget } from './request.js';

/** What the scores of a model's Pareto set are: `min_score` is on the scale of `metric`. */
export interface ScoreScale {
  /** `accuracy`, `fidelity` and so on; undefined where it is not known. */
  readonly metric?: string;
  /** Examples that the scores are of. */
  readonly split?: string;
  /** What `heldOutScore` of the points is: a metric on examples that the search did not see. */
  readonly heldOut?: { readonly metric?: string; readonly split?: string };
  /** Of the full length, which need not be in the Pareto set. */
  readonly full?: { readonly score?: number; readonly heldOutScore?: number };
}

/** What an open model takes of memory. */
export interface ModelMemory {
  /** Bytes of its weights, once, in the numbers that they are kept in; undefined where the engine does not know. */
  readonly weightBytes?: number | undefined;
  /**
   * Bytes by which the resident memory of the process grew while the model was opened and its speed measured: all its threads, with their programs. What
   * else happened in the process meanwhile is in it too.
   */
  readonly openedBytes: number;
}

/** How a model stands right now. */
export interface ModelStatus {
  readonly name: string;
  readonly version: string;
  readonly ready: boolean;
  readonly task: TaskName;
  readonly engine: string;
  readonly labels: readonly string[];
  /** What ranks tokens beforehand; absent where nothing does. */
  readonly prior?: PriorName | undefined;
  /** What makes one vector of those of all tokens; absent for a model that makes none. */
  readonly pooling?: EmbeddingPooling | undefined;
  /** Tokens an input may have. */
  readonly positions: number;
  readonly paretoSet: readonly ParetoPoint[];
  /** Absent for a model that was never searched. */
  readonly scoreScale?: ScoreScale | undefined;
  /** Absent where it was not measured. */
  readonly memory?: ModelMemory | undefined;
  /** Index in the Pareto set of the dearest configuration that load allows now; the last one when nothing is held back. */
  readonly operatingPoint: number;
  /** Texts that wait, and that are being computed. */
  readonly queued: number;
  readonly running: number;
  /** Milliseconds that a text would wait if it came now, predicted. */
  readonly queueDelayMs: number;
  /** Texts answered, and of these degraded, since the start. */
  readonly answered: number;
  readonly degraded: number;
  /** Requests refused with 429, and that ran out of time, since the start. */
  readonly refused: number;
  readonly expired: number;
  /** Fitted speed: milliseconds of a batch are `overheadMs` + `msPerGigaMac` for each 10^9 MACs in it. */
  readonly speed: { readonly overheadMs: number; readonly msPerGigaMac: number };
}

/** What the rankings of a model are planned by. */
export interface ServedRanking {
  readonly plans: RankingPlans;
  /** Budget of requests that name none. */
  readonly budget: RequestBudget;
  /** MACs of an input of so many tokens. */
  macs(tokens: number, point: OperatingPoint): number;
  /** Tokens that an input is guessed to have, before a thread has counted them. */
  tokens(input: TextInput | TokenInput, inWindows?: boolean): number;
}

/** A model that answers requests. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  /** Absent for a model that does not say by one number how relevant a text is. */
  readonly ranking?: ServedRanking | undefined;
  status(): ModelStatus;
  /** @throws ServerError `BUDGET_INFEASIBLE`, `LENGTH_CONFIG_INVALID`, `OVERLOADED`, `TIMED_OUT`, `ABANDONED`, `TEXT_TOO_LONG`, `TEXT_EMPTY`, `REQUEST_INVALID`, `WORKER_CRASHED`, `SHUTTING_DOWN` */
  infer(request: InferenceRequest): Promise<InferenceResult>;
}

/** A model of the repository, served or not. */
export interface RepositoryModel {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE';
  /** Why it does not answer, or why its files as they are now are not served; empty otherwise. */
  readonly reason: string;
}

/** All models: what the HTTP layer sees. */
export interface Service {
  /** Whether every model answers and the server is not shutting down. */
  ready(): boolean;
  /** Newest version of each name first. */
  models(): readonly ServedModel[];
  /** Without a name: the only model. Without a version: the newest. @throws ServerError `MODEL_NOT_FOUND` */
  find(name?: string, version?: string): ServedModel;
  /** Texts of a model as its tokens. @throws ServerError `TEXT_EMPTY`, `MODEL_NOT_READY` where its tokenizer cannot be read */
  tokenize(model: Pick<ServedModel, 'name' | 'version'>, texts: readonly string[]): Promise<readonly Encoding[]>;
  /** Every model of the repository, and whether it is served. */
  repository(): Promise<readonly RepositoryModel[]>;
  /**
   * Opens a model, all its versions, as it stands in the repository now; one that is served already is opened anew and then replaced. No
   * other model is touched.
   *
   * @throws ServerError `MODEL_NOT_FOUND`; `REPOSITORY_INVALID` where it cannot be opened: what was served of it stays
   */
  load(name: string): Promise<void>;
  /**
   * Takes a model out of service, all its versions, until it is loaded again; what it had accepted is answered.
   *
   * @throws ServerError `MODEL_NOT_FOUND`
   */
  unload(name: string): Promise<void>;
}
