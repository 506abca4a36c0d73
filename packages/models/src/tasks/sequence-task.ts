import type { Example } from '../datasets/dataset.js';
import { ModelError } from '../errors.js';
import { documentWindows } from './document-windows.js';
import { encodeTexts, oneLabel } from './encode-texts.js';
import type { LabelledInput } from './labelled-input.js';
import { metricByName } from '../metrics/metric.js';
import type { MetricName } from '../metrics/metric.js';
import type { Encoding, Tokenizer } from '../tokenizer/tokenizer.js';
import { numberTarget } from './target-arrays.js';
import type { Answer } from './answer.js';
import type { InputLengths, PreparedText, PrepareOptions, Task, TextInput } from './task.js';

/** A task on whole texts: one input, one label or value. */
export interface SequenceTask extends Task<Example> {
  /**
   * Label of an example -> the number the loss works with.
   *
   * @throws ModelError `LABEL_UNKNOWN`
   */
  target(label: string | number): number;
  /** Logits of an input -> the number metrics work with: class number or regression value. */
  prediction(logits: ArrayLike<number>): number;
  answer(logits: ArrayLike<number>): Answer;
}

/** @throws ModelError `TEXT_TOO_LONG` */
export const checkLength = (tokens: number, positions: number): void => {
  if (tokens > positions) {
    throw new ModelError(
      'TEXT_TOO_LONG',
      `The text has ${tokens} tokens but the model has ${positions} positions; shorten it, or cut it with the option truncate.`,
    );
  }
};

/** How many tokens a text lost, where it was cut. */
export const cutFrom = ({ truncated, ids }: Encoding, whole: () => Encoding): Pick<PreparedText, 'cutTokens'> =>
  truncated ? { cutTokens: whole().ids.length - ids.length } : {};

/** @throws ModelError `OPTION_INVALID` */
export const checkThreshold = (threshold: number | undefined): void => {
  if (threshold === undefined || (threshold >= 0 && threshold <= 1)) return;
  throw new ModelError('OPTION_INVALID', `threshold is ${threshold}; expected a probability, 0 to 1.`);
};

/** What a task on whole texts answers; `threshold` concerns those that give any number of labels. */
type AnswerText = (logits: ArrayLike<number>, threshold?: number) => Answer;

/** The number of the input whose one logit is the highest. */
const highest = (logits: readonly ArrayLike<number>[]): number =>
  logits.reduce((best, row, at) => ((row[0] ?? -Infinity) > (logits[best]?.[0] ?? -Infinity) ? at : best), 0);

interface WholeTextOptions {
  /** Whether a second text that is too long may be read in windows, the highest of which counts: for tasks with one number. Default false. */
  readonly inWindows?: boolean;
}

/** What tasks on whole texts share. */
export const onWholeTexts = (
  answer: AnswerText,
  targetOf: (example: Example) => LabelledInput['target'],
  { inWindows: windowed = false }: WholeTextOptions = {},
) => ({
  data: 'texts' as const,
  usualLength: 128,
  longTexts: 'cut' as const,
  pair: 'optional' as const,
  answers: 'label' as const,
  answer,

  encode: (
    tokenizer: Tokenizer,
    examples: readonly Example[],
    { maxLength = 128 }: InputLengths = {},
  ): LabelledInput[] => encodeTexts(tokenizer, examples, { maxLength, targetOf }),

  prepare: (
    tokenizer: Tokenizer,
    text: TextInput,
    { positions, truncate, threshold, inWindows = false }: PrepareOptions,
  ): PreparedText => {
    checkThreshold(threshold);
    const [first, pair] = typeof text === 'string' ? [text] : text;
    if (windowed && inWindows && pair !== undefined) {
      const inputs = documentWindows(tokenizer, first, { maxLength: positions })(pair);
      return { inputs, best: highest, answer: (logits) => answer(logits[highest(logits)] ?? [], threshold) };
    }
    const encoding = tokenizer.encode(first, pair, { ...(truncate && { maxLength: positions }) });
    checkLength(encoding.ids.length, positions);
    return {
      inputs: [encoding],
      ...cutFrom(encoding, () => tokenizer.encode(first, pair)),
      answer: ([logits]) => answer(logits ?? [], threshold),
    };
  },
});

/** What tasks share that give a whole text one label or value. */
export const onSequences = (
  task: Pick<SequenceTask, 'name' | 'prediction' | 'answer' | 'target'>,
  options: WholeTextOptions = {},
) => ({
  ...onWholeTexts(task.answer, (example) => task.target(oneLabel(task.name, example)), options),

  score: (metric: MetricName, logits: Parameters<Task['score']>[1], examples: Parameters<Task['score']>[2]): number =>
    metricByName(metric)(
      logits.map((row) => task.prediction(row)),
      examples.map(numberTarget),
      logits[0]?.length,
    ),
  scoredTogether: (metric: MetricName, examples: readonly LabelledInput[]) =>
    metric === 'accuracy' ? examples.map((_, row) => [row]) : undefined,
});
