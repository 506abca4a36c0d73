import type { LabelledInput } from '../labelled-input.js';
import type { MetricName } from '../metrics/metric.js';
import type { SpanAnswer } from '../question-windows.js';
import type { Encoding, Tokenizer } from '../tokenizer.js';
import type { TargetArrays } from './target-arrays.js';

export type TaskName = 'sequence-classification' | 'multi-label-classification' | 'regression' | 'question-answering' | 'token-classification';

/** A text, or a pair of texts: for question answering the question and its context. */
export type TextInput = string | readonly [text: string, pair: string];

/** An input that the caller has cut into tokens, special ones included. */
export interface TokenInput {
  readonly ids: readonly number[];
  /** Segment ids. Default: all 0. */
  readonly typeIds?: readonly number[] | undefined;
}

/** Whether an input comes as tokens. */
export const isTokenInput = (input: TextInput | TokenInput): input is TokenInput => typeof input === 'object' && 'ids' in input;

/** A named thing in a text. */
export interface EntityAnswer {
  readonly type: string;
  readonly text: string;
  /** Where it begins in the text, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, excluded. */
  readonly end: number;
  /** Mean probability of its words' tags. */
  readonly score: number;
}

/** A label that a text is given. */
export interface LabelAnswer {
  readonly label: string;
  /** Its probability. */
  readonly score: number;
}

/** What a model answers for one text. */
export interface Answer {
  /**
   * The label; a regression's number, an answer or the entities as text; of several labels a text those it is given, in the order of the
   * model's labels with commas between them, empty where it is given none.
   */
  readonly label: string;
  /** Confidence in [0, 1], of several labels a text the probability of exactly those it is given; the predicted number for regression. */
  readonly score: number;
  /** The labels that reach the threshold, most probable first; may be empty: multi-label classification only. */
  readonly labels?: readonly LabelAnswer[];
  /** Probability of each label, in the order of the model's labels: classification only. Those of several labels a text do not sum to 1. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** The best answers, best first: question answering only. */
  readonly answers?: readonly SpanAnswer[];
  /** In the order of the text: token classification only. */
  readonly entities?: readonly EntityAnswer[];
}

/** A text as what the model runs, and how its logits become an answer. */
export interface PreparedText {
  /** One input, or the windows of a long context. */
  readonly inputs: readonly Encoding[];
  /** Tokens that were cut away; absent where all are read. */
  readonly cutTokens?: number;
  /** @param logits of each input */
  answer(logits: readonly Float32Array[]): Answer;
}

export interface PrepareOptions {
  /** Tokens an input may have: the model's positions. */
  readonly positions: number;
  /** Cut a text that is longer instead of refusing it. */
  readonly truncate: boolean;
  /** Tokens a window should have, where a text is read in windows. */
  readonly windowLength?: number | undefined;
  /** Most answers to give, and tokens that one may have: question answering only. Default 20 and 30. */
  readonly answers?: number | undefined;
  readonly maxAnswerTokens?: number | undefined;
  /** Probability from which a label is given: multi-label classification only. Default 0.5. */
  readonly threshold?: number | undefined;
}

/** What a head's outputs mean. One file a task. */
export interface Task {
  readonly name: TaskName;
  /** Outputs of the head: for each input, or for each of its tokens. */
  readonly outputs: number;
  /** What the head reads: the first token, or every token. */
  readonly reads: 'first' | 'tokens';
  /** What the probabilities of an input sum to one over: the outputs, each output and its opposite (several labels a text), the tokens of the input, or (regression) there are none. */
  readonly distribution: 'outputs' | 'binary' | 'tokens' | 'none';
  /** Label names by class number; empty where there are no classes. */
  readonly labels: readonly string[];
  /** Name of the metric reported when none is asked for. */
  readonly defaultMetric: MetricName;
  /** A text, ready to run. */
  prepare(tokenizer: Tokenizer, text: TextInput, options: PrepareOptions): PreparedText;
  /**
   * A metric of logits on the inputs they are of.
   *
   * @throws ModelError `OPTION_INVALID` for a metric that the task does not have
   */
  score(metric: MetricName, logits: readonly ArrayLike<number>[], examples: readonly LabelledInput[]): number;
  /** Probability that an input's logits give to its target; absent for tasks without probabilities. */
  probability?(logits: ArrayLike<number>, example: LabelledInput): number;
  /** How far an input's logits are from those of the full length; 0 when they say the same. */
  divergence(full: ArrayLike<number>, reduced: ArrayLike<number>, example: LabelledInput): number;
  /**
   * What is answered, for each text or question: two answers are the same when their keys are. What flips are counted by; absent for
   * regression, whose numbers change with any change of the lengths.
   */
  answerKeys?(logits: readonly ArrayLike<number>[], examples: readonly LabelledInput[]): readonly (string | number)[];
  /** Targets of a batch, as arrays for the loss. */
  targets(batch: readonly LabelledInput[]): TargetArrays;
}
