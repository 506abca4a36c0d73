/** What is asked of a predictor, and what comes of it. */
import type { OperatingPoint } from '@length-adaptive/core';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';
import type { Answer } from '../tasks/answer.js';
import type { PromptChoice } from '../tasks/embedding-settings.js';
import type { GivenPrior } from '../priors/given-prior.js';
import type { SingleImage } from '../images/image-input.js';
import type { Encoding } from '../tokenizer/tokenizer.js';
import type { Budget } from './budget.js';
import type { Unread } from './read-each.js';

export interface PredictOptions {
  /** What may be spent. Default: the full model, or the one operating point that the model has built in. */
  readonly budget?: Budget | undefined;
  /** Run exactly this point instead: `{ lengths: [0.8, 0.6, 0.4] }`. */
  readonly point?: OperatingPoint | undefined;
  /** Run each text at a point of its own, or the best of some that it can afford, all in one batch where the engine can. */
  readonly points?: readonly (OperatingPoint | AffordablePoints)[] | undefined;
  /** Cut texts that are longer than the model's positions instead of refusing them. Default false. */
  readonly truncate?: boolean;
  /** Question answering only: most answers to give. Default 20. */
  readonly answers?: number | undefined;
  /** Question answering only: most tokens an answer may have. Default 30. */
  readonly maxAnswerTokens?: number | undefined;
  /**
   * What a text does that cannot be read (empty, too long, too slow or too dear for its budget, token ids that the model does not have): its error stands in
   * its place and the others are answered, or it refuses them all. Default: `answer`, and `throw` where only one text came.
   */
  readonly onError?: OnError | undefined;
  /**
   * What is known of the worth of each token of each text, special tokens included, in the order that `inspect` gives them: from 0 to 1e6, added to
   * what ranks the tokens. For models that were opened with a prior: `given` says nothing else. Default: nothing.
   */
  readonly prior?: readonly (GivenPrior | undefined)[] | undefined;
  /** Give the model's outputs as they are, too. Default false. */
  readonly rawScores?: boolean | undefined;
  /** Multi-label classification only: probability from which a label is given. Default 0.5. */
  readonly threshold?: number | undefined;
  /** Token classification only: say what each token is labelled, too. Default false. */
  readonly tokenAnswers?: boolean | undefined;
  /** Embedding only: what is put before each text. Default: the model's default prompt. */
  readonly prompt?: PromptChoice | undefined;
  /**
   * Read texts that are too long in windows, and give the mean of their vectors (embedding), or the answer of the best window of a second text (pairs with one
   * number, such as a reranker's). Default false.
   */
  readonly inWindows?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Points for one text, of which the best runs that costs at most a share of the full model's MACs at the text's own tokens. */
export interface AffordablePoints {
  readonly cost: number;
  readonly among: readonly ParetoPoint[];
}

export type OnError = 'answer' | 'throw';

export interface Prediction extends Answer {
  /** The operating point that ran. */
  readonly point: OperatingPoint;
  /** MACs spent on this input, as a share of what the full length would have spent on it. */
  readonly cost: number;
  /** Nothing keeps the budget, which was not `strict`: this came nearest. Absent: the budget was kept. */
  readonly overBudget?: true;
  /** Tokens of the input, special tokens included; of all windows of a long context together. */
  readonly tokens: number;
  /** Tokens of the text beyond the model's positions, which `truncate` cut away; absent where all were read. */
  readonly cutTokens?: number;
  /** Tokens that each layer kept. */
  readonly keptTokens: readonly number[];
  /** The model's outputs before they became an answer, in the order of its labels; of a long context those of its first window, of a long document those of its best. Only with `rawScores`. */
  readonly logits?: readonly number[];
  /** Absent: the text was read. */
  readonly error?: undefined;
}

/** Stands in the place of a text that could not be read, among others that could. Its other fields are all undefined. */
export type FailedPrediction = Unread<Prediction>;

/**
 * What comes of texts: a prediction for each, or its error where that may stand in its place (several texts, unless `onError` is `throw`). What comes of a
 * bare string is no list.
 */
export type Predictions<Texts, Mode extends OnError | undefined> = Outcomes<Texts, Mode, Prediction, FailedPrediction>;

/** One of two things for each text: what was made of it, or why it could not be read where that may stand in its place. */
export type Outcomes<Texts, Mode extends OnError | undefined, Done, Failed> = [Texts] extends [string | SingleImage]
  ? [Mode] extends ['throw' | undefined]
    ? Done
    : Done | Failed
  : [Mode] extends ['throw']
    ? Done[]
    : [Mode, Texts] extends [undefined, readonly [unknown]]
      ? [Done]
      : (Done | Failed)[];

/** What every layer did with one input: the text, or the first window of a long context. */
export interface Inspection {
  readonly prediction: Prediction;
  readonly encoding: Encoding;
  /** Positions of the tokens that each layer kept, ascending. */
  readonly layers: readonly (readonly number[])[];
  /** What ranked its tokens in each layer, NaN for those that had left before; where that was asked for. */
  readonly scores?: readonly (readonly number[])[];
  /** For each layer and each token the position of the token that it has become part of; of a model whose tokens merge. */
  readonly mergedInto?: readonly (readonly number[])[] | undefined;
}

export interface InspectOptions extends PredictOptions {
  /** Tell what ranked the tokens, too. Default false. */
  readonly scores?: boolean | undefined;
}
