/** What is asked of a predictor that makes vectors of texts, and what comes of it. */
import type { OperatingPoint } from '@length-adaptive/core';
import type { PromptChoice } from '../tasks/embedding-settings.js';
import type { Budget } from './budget.js';
import type { OnError, Outcomes } from './prediction.js';
import type { Prediction } from './prediction.js';
import type { Unread } from './read-each.js';

/** What the numbers of a vector are: float32; whole numbers from -127 to 127 with one scale a vector; or a bit each, whether it is above 0. */
export type VectorFormat = 'float32' | 'int8' | 'binary';

/** What a text does that has more tokens than the model reads: its end is cut away, it is read in windows whose vectors are averaged, or it is refused. */
export type LongTexts = 'cut' | 'windows' | 'refuse';

export interface EmbedOptions {
  /** What may be spent. Default: the full model, or the one operating point that the model has built in. */
  readonly budget?: Budget | undefined;
  /** Run exactly this point instead: `{ lengths: [0.8, 0.6, 0.4] }`. */
  readonly point?: OperatingPoint | undefined;
  /** What is put before each text: the name of one of the model's prompts, a text `{ text: 'query: ' }`, or `null` for nothing. Default: the model's default prompt, if it has one. */
  readonly prompt?: PromptChoice | undefined;
  /** Leading numbers of each vector that are given, brought to length 1 again: for models trained for it (Matryoshka). Default: as the model says, else all. */
  readonly dimensions?: number | undefined;
  /** Default `float32`. */
  readonly format?: VectorFormat | undefined;
  /** Default `cut`. */
  readonly longTexts?: LongTexts | undefined;
  /** What a text does that cannot be read: its error stands in its place, or it refuses them all. Default: `answer`, and `throw` where only one text came. */
  readonly onError?: OnError | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The vector of a text, and what it took. */
export interface Embedding extends Pick<
  Prediction,
  'point' | 'cost' | 'overBudget' | 'tokens' | 'cutTokens' | 'keptTokens'
> {
  /** Float32Array; Int8Array; or Uint8Array of bits, eight numbers a byte, the first in its highest bit. */
  readonly vector: Float32Array | Int8Array | Uint8Array;
  /** With `int8`: what each number is to be multiplied by. */
  readonly scale?: number;
  /** Absent: the text was read. */
  readonly error?: undefined;
}

/** Stands in the place of a text that could not be read. Its other fields are all undefined. */
export type FailedEmbedding = Unread<Embedding>;

/** What comes of texts: a vector for each, or its error where that may stand in its place. Float32 unless another format was asked for. */
export type Embeddings<
  Texts extends string | readonly unknown[],
  Mode extends OnError | undefined,
  Format extends VectorFormat | undefined,
> = Outcomes<Texts, Mode, Omit<Embedding, 'vector'> & { readonly vector: VectorOf<Format> }, FailedEmbedding>;

type VectorOf<Format> = [Format] extends ['int8']
  ? Int8Array
  : [Format] extends ['binary']
    ? Uint8Array
    : [Format] extends ['float32' | undefined]
      ? Float32Array
      : Embedding['vector'];
