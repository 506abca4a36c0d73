import type { Readout } from '../architectures/architecture.js';
import type { ModelConfig } from '../architectures/model-config.js';
import type { LabelKind } from '../datasets/dataset.js';
import type { LabelScores } from '../metrics/multi-label.js';
import type { SingleImage } from '../images/image-input.js';
import type { MetricName } from '../metrics/metric.js';
import type { PriorName } from './prior-name.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import type { AdaptationLoss } from './adaptation-loss.js';
import type { Answer } from './answer.js';
import type { AnswerTensor } from './answer-tensors.js';
import type { DataKind, DataKindName } from './data-kind.js';
import type { EmbeddingSettings, PromptChoice } from './embedding-settings.js';
import type { LabelledInput } from './labelled-input.js';
import type { TargetArrays } from './target-arrays.js';
import type { TaskLoss } from './task-loss.js';

/** The tasks that are built in. */
export type KnownTaskName =
  | 'sequence-classification'
  | 'multi-label-classification'
  | 'regression'
  | 'rerank'
  | 'question-answering'
  | 'token-classification'
  | 'embedding'
  | 'image-classification';

/** Name of a task: one that is built in, or one that was registered. */
export type TaskName = KnownTaskName | (string & Record<never, never>);

/** A text, or a pair of texts: for question answering the question and its context. */
export type TextInput = string | readonly [text: string, pair: string];

/** An input that the caller has cut into tokens, special ones included. */
export interface TokenInput {
  readonly ids: readonly number[];
  /** Segment ids. Default: all 0. */
  readonly typeIds?: readonly number[] | undefined;
}

/** What a predictor reads: texts, or images. */
export type PredictorInput = TextInput | TokenInput | SingleImage;

/** Whether an input comes as tokens. */
export const isTokenInput = (input: PredictorInput): input is TokenInput => typeof input === 'object' && 'ids' in input;

/** An input as it is read from a text, with what the caller knows of the worth of its tokens. */
export interface PreparedInput extends Encoding {
  readonly prior?: readonly number[] | undefined;
  /** Of an image. */
  readonly pixels?: Float32Array | undefined;
}

/** A text as what the model runs, and how its logits become an answer. */
export interface PreparedText {
  /** One input, or the windows of a long context. */
  readonly inputs: readonly PreparedInput[];
  /** Tokens that were cut away; absent where all are read. */
  readonly cutTokens?: number;
  /** @param logits of each input */
  answer(logits: readonly Float32Array[]): Answer;
  /** Which of several inputs the answer is of. Default: the first. */
  best?(logits: readonly Float32Array[]): number;
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
  /** Say what each token is labelled, too: token classification only. Default false. */
  readonly tokenAnswers?: boolean | undefined;
  /** What is put before a text: embedding only. Default: the model's default prompt. */
  readonly prompt?: PromptChoice | undefined;
  /**
   * Read a text that is too long in windows instead: the mean of their vectors (embedding), or the answer of the window in which a document is the most
   * relevant to its query (pairs with one number). Default false.
   */
  readonly inWindows?: boolean | undefined;
}

/** How long inputs become. */
export interface InputLengths {
  /** Tokens of an input: longer texts are cut, or read in windows of so many. Default: the task's `usualLength`. */
  readonly maxLength?: number | undefined;
  /** Tokens that two windows share. Default: a third of a window, at most 128. */
  readonly stride?: number | undefined;
}

/**
 * A job that a model does: how its examples are read and made into inputs, what its head reads out, how it learns, what it answers and how
 * that is scored. One file a task.
 *
 * @typeParam Item an example, as its data files hold them
 */
export interface Task<Item = unknown> {
  readonly name: TaskName;
  /** What a data file holds: one of the kinds that are built in, or one of the task's own. */
  readonly data: DataKindName | DataKind<Item>;
  /** What the labels of texts are, where a file must be read by it. Default: what the file shows. */
  readonly labelKind?: LabelKind | undefined;
  /**
   * Examples as inputs with what the model shall learn of them.
   *
   * @throws ModelError `DATA_INVALID`, `TEXT_EMPTY`, `LABEL_UNKNOWN`, `TEXT_TOO_LONG`: the message names the example
   */
  encode(tokenizer: Tokenizer, examples: readonly Item[], lengths?: InputLengths): LabelledInput[];
  /** Tokens that an input has at most where nobody says: 128 for texts, 384 for contexts. */
  readonly usualLength: number;
  /** What may become of a text that is too long: it is cut if the caller wants that, or always read in windows. */
  readonly longTexts: 'cut' | 'windows';
  /** Whether a text may, must or must not come with a second one. */
  readonly pair: 'optional' | 'required' | 'none';
  /** Whether the first of the two asks what the second answers: what priors that look for a question need. */
  readonly asksQuestions?: boolean | undefined;
  /** The prior that ranks its tokens where neither the caller nor the model's folder names one. Default: none. */
  readonly prior?: PriorName | undefined;

  /** What the head reads, and how many numbers it gives. */
  readonly readout: Readout;
  /** What the probabilities of an input sum to one over: the outputs, each output and its opposite (several labels a text), the tokens of the input, or (regression) there are none. */
  readonly distribution: 'outputs' | 'binary' | 'tokens' | 'none';
  /** Logits of a token that answers what most tokens answer, where each answers for itself. Absent: there is no such answer. */
  readonly majority?: readonly number[] | undefined;
  /** What it learns by. Default: what follows from `distribution`, cross-entropy or the squared error. */
  readonly loss?: TaskLoss | undefined;
  /** What it learns by without labels, from its frozen original, when it is adapted to fewer tokens. Absent: it cannot be. */
  readonly adaptation?: AdaptationLoss | undefined;
  /** How Hugging Face tools know a checkpoint of it. */
  readonly checkpoint: {
    /** What the class name in config.json ends with: `ForSequenceClassification`. */
    readonly classSuffix: string;
    /** What else config.json says, such as `problem_type`. */
    readonly config?: ModelConfig | undefined;
  };
  /** Names of the outputs in an exported file, where each is a value of its own, [batch, sequence]. Default: all of them are `logits`. */
  readonly outputNames?: readonly string[] | undefined;

  /** Label names by class number; empty where there are no classes. */
  readonly labels: readonly string[];
  /** Name of the metric reported when none is asked for. */
  readonly defaultMetric: MetricName;
  /** How vectors are made, where that is what it does. */
  readonly embedding?: EmbeddingSettings | undefined;
  /** What an answer is made of beside its label and score: nothing more than probabilities, named things in the text, parts of it, or a vector. It says which routes of a server are for the task. */
  readonly answers: 'label' | 'entities' | 'spans' | 'vectors';
  /** What a server gives for a text, as tensors. */
  readonly answerTensors: readonly AnswerTensor[];
  /** A text, ready to run. */
  prepare(tokenizer: Tokenizer, text: TextInput, options: PrepareOptions): PreparedText;
  /**
   * What the logits of one input mean, text or no text; absent where answers quote the text. With it, inputs may come as token ids.
   *
   * @param threshold probability from which a label is given, where there may be several
   */
  answer?(logits: ArrayLike<number>, threshold?: number): Answer;
  /** The scores of each label; absent where a text has one. */
  labelScores?(
    logits: readonly ArrayLike<number>[],
    examples: readonly LabelledInput[],
  ): Readonly<Record<string, LabelScores>>;
  /**
   * A metric of logits on the inputs they are of.
   *
   * @throws ModelError `OPTION_INVALID` for a metric that the task does not have
   */
  score(metric: MetricName, logits: readonly ArrayLike<number>[], examples: readonly LabelledInput[]): number;
  /**
   * The inputs that a metric scores together, where it is the plain mean over such: each text by itself, a question with all of its windows.
   * Undefined for a metric that is no mean. Absent: none is.
   */
  scoredTogether?(metric: MetricName, examples: readonly LabelledInput[]): readonly (readonly number[])[] | undefined;
  /** Probability that an input's logits give to its target; absent for tasks without probabilities. */
  probability?(logits: ArrayLike<number>, example: LabelledInput): number;
  /** How far an input's logits are from those of the full length; 0 when they say the same. */
  divergence(full: ArrayLike<number>, reduced: ArrayLike<number>, example: LabelledInput): number;
  /** How near an input's logits are to those of the full length, 1 when they say the same: the mean is the score `fidelity`. Default: by `divergence`. */
  nearness?(full: ArrayLike<number>, reduced: ArrayLike<number>): number;
  /**
   * What is answered, for each text or question: two answers are the same when their keys are. What flips are counted by; absent for
   * regression, whose numbers change with any change of the lengths.
   */
  answerKeys?(logits: readonly ArrayLike<number>[], examples: readonly LabelledInput[]): readonly (string | number)[];
  /**
   * What a reducer that learns is taught of an example: for each token 1 where it matters to the answer, 0 where not, and -1 where nobody knows.
   * Absent: the task does not say, and a reducer learns by the gradients of the full pass.
   *
   * @param reach how far from an answer a token may stand and still matter, in tokens, or in words where words are answered. Default: the task's own;
   * 0 says which tokens are of the answer itself
   */
  matters?(example: LabelledInput, reach?: number): readonly number[];
  /** Targets of a batch, as arrays for the loss. */
  targets(batch: readonly LabelledInput[]): TargetArrays;
}
