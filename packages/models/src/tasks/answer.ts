import type { SpanAnswer } from './span-answers.js';

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

/** What one token of a text is labelled. */
export interface TokenAnswer {
  /** Its place among the tokens of the text, special ones included. */
  readonly index: number;
  /** The token as text. */
  readonly text: string;
  readonly label: string;
  /** The label's probability. */
  readonly score: number;
  /** Where it begins in the text, in UTF-16 units; absent, as `end` is, where the tokenizer cannot tell. */
  readonly start?: number;
  /** Where it ends, excluded. */
  readonly end?: number;
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
  /** Every token but the special ones: token classification only, where they were asked for. */
  readonly tokenAnswers?: readonly TokenAnswer[];
  /** The vector of the text: embedding only, where `label` is empty and `score` 1. */
  readonly embedding?: Float32Array;
  /** A vector for each token of the text, special ones included: embedding without pooling only. */
  readonly tokenEmbeddings?: readonly Float32Array[];
}
