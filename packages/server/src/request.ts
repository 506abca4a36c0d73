import type { OperatingPoint } from '@length-adaptive/core';
import type { Prediction, TextInput, TokenInput } from '@length-adaptive/models';
import type { ServerError } from './errors.js';

/** What a request may spend; every bound that is given holds. */
export interface RequestBudget {
  /** At most this share of the full length's MACs for each text, at its own tokens, in (0, 1]. */
  readonly cost?: number | undefined;
  /** Milliseconds from arrival to answer, as predicted from the queue and from measured speed. */
  readonly latencyMs?: number | undefined;
  /** Least score, on the scale of the model's Pareto set. Load never pushes a request below it. */
  readonly minScore?: number | undefined;
  /** Exactly this operating point, whatever the load. Excludes the others. */
  readonly point?: OperatingPoint | undefined;
}

/** What a protocol hands over: texts for one model, and what they may cost. */
export interface InferenceRequest {
  readonly inputs: readonly (TextInput | TokenInput)[];
  /** What the inputs are numbered in messages, where they are some of those that a client sent. Default: from 0. */
  readonly numbers?: readonly number[] | undefined;
  readonly budget: RequestBudget;
  /** After so long the answer is of no use: work that has not begun by then never begins. */
  readonly timeoutMs?: number | undefined;
  /** Lower goes first; 0 is the default. */
  readonly priority?: number | undefined;
  /** Cut texts that are too long in place of refusing them. */
  readonly truncate?: boolean | undefined;
  /** Read documents that are too long with their query in windows, the best of which counts, in place of refusing or cutting them. */
  readonly inWindows?: boolean | undefined;
  /** Of several texts answer those that can be read, and tell what is wrong with the others, in place of refusing the request. */
  readonly partial?: boolean | undefined;
  /** Question answering: most answers, and most tokens of one. */
  readonly answers?: number | undefined;
  readonly maxAnswerTokens?: number | undefined;
  /** Several labels a text: probability from which a label is given. */
  readonly threshold?: number | undefined;
  /** Have the predictions say what the model put out before it became an answer. */
  readonly rawScores?: boolean | undefined;
  /** Embedding: name of the model's prompt that is put before each text. */
  readonly promptName?: string | undefined;
  /** Embedding: a vector for every token of a text in place of one for the text. */
  readonly everyToken?: boolean | undefined;
  /** Fires when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of a request. */
export interface InferenceResult {
  /** One a text that was read, in order. */
  readonly predictions: readonly Prediction[];
  /** Why the others were not, by their number, where the request was `partial`. */
  readonly refused?: ReadonlyMap<number, ServerError> | undefined;
  /** The operating point that all of them ran at; the shortest of them where a bound on cost gave texts different ones. */
  readonly point: OperatingPoint;
  /** MACs spent, as a share of the full length's. */
  readonly cost: number;
  /** Score of the point in the model's search; undefined for one that is not of its Pareto set. */
  readonly expectedScore: number | undefined;
  /** Whether load made it shorter than the request would have had alone. */
  readonly degraded: boolean;
  /** Tokens of all texts, special ones included. */
  readonly tokens: number;
  /** From arrival to the start of the last batch that it was in, and the time of the batches themselves. */
  readonly queueMs: number;
  readonly computeMs: number;
}
