import { ModelError } from '../errors.js';
import { metricByName } from '../metrics/metric.js';
import type { MetricName } from '../metrics/metric.js';
import type { Tokenizer } from '../tokenizer.js';
import { numberTarget } from './target-arrays.js';
import type { Answer, PreparedText, PrepareOptions, Task, TextInput } from './task.js';

/** A task on whole texts: one input, one answer. */
export interface SequenceTask extends Task {
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

/** Whether a task is on whole texts. */
export const isSequenceTask = (task: Task): task is SequenceTask => task.name === 'sequence-classification' || task.name === 'regression';

/** @throws ModelError `TEXT_TOO_LONG` */
export const checkLength = (tokens: number, positions: number): void => {
  if (tokens > positions) {
    throw new ModelError('TEXT_TOO_LONG', `The text has ${tokens} tokens but the model has ${positions} positions; shorten it, or ask for truncation.`);
  }
};

/** What tasks on whole texts share. */
export const onSequences = (task: Pick<SequenceTask, 'prediction' | 'answer'>) => ({
  reads: 'first' as const,

  prepare: (tokenizer: Tokenizer, text: TextInput, { positions, truncate }: PrepareOptions): PreparedText => {
    const [first, pair] = typeof text === 'string' ? [text] : text;
    const encoding = tokenizer.encode(first, pair, { ...(truncate && { maxLength: positions }) });
    checkLength(encoding.ids.length, positions);
    return { inputs: [encoding], answer: ([logits]) => task.answer(logits ?? []) };
  },

  score: (metric: MetricName, logits: Parameters<Task['score']>[1], examples: Parameters<Task['score']>[2]): number =>
    metricByName(metric)(logits.map((row) => task.prediction(row)), examples.map(numberTarget), logits[0]?.length),
});
