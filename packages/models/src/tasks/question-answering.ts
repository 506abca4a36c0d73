import { ModelError } from '../errors.js';
import type { Question } from '../datasets/squad.js';
import type { LabelledInput } from './labelled-input.js';
import { answerF1, exactMatch } from '../metrics/squad.js';
import { mean } from '../metrics/mean.js';
import { cutWindows, usualStride } from '../tokenizer/question-windows.js';
import { scoreTensor } from './answer-tensors.js';
import { isOfClass } from '../architectures/checkpoint-class.js';
import { encodeQuestions } from './encode-questions.js';
import { bestAnswers } from './span-answers.js';
import { logitDivergence, softmax, strided } from './softmax.js';
import { nearAnswer } from './near-answer.js';
import { listTarget, widthOf } from './target-arrays.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';

/** Logits of where an answer starts, and of where it ends. */
const outputs = 2;

/** Tokens of a window. */
const usualLength = 384;

const classSuffix = 'ForQuestionAnswering';

const metrics = { f1: answerF1, exact_match: exactMatch };

/** Windows by their question, in the order of the first window of each. */
const byQuestion = (examples: readonly LabelledInput[]): number[][] => {
  const groups = new Map<unknown, number[]>();
  examples.forEach(({ question }, i) => {
    const group = groups.get(question?.source ?? i);
    if (group) group.push(i);
    else groups.set(question?.source ?? i, [i]);
  });
  return [...groups.values()];
};

/** The best answer to each question, over all of its windows; empty where there is none. */
const answerTexts = (
  logits: readonly ArrayLike<number>[],
  examples: readonly LabelledInput[],
): { readonly text: string; readonly source: Question }[] =>
  byQuestion(examples).map((rows) => {
    const own = rows.flatMap((row) => examples[row]?.question ?? []);
    const source = own[0]?.source;
    if (!source)
      throw new ModelError(
        'DATA_INVALID',
        'An input does not say which question it is a window of; make inputs with encodeQuestions.',
      );
    const [best] = bestAnswers(
      own.map(({ window }) => window),
      rows.map((row) => Float32Array.from(logits[row] ?? [])),
      source.context,
      { count: 1 },
    );
    return { text: best?.text ?? '', source };
  });

/** The part of a context that answers a question (extractive question answering, as in SQuAD). */
export const questionAnswering = (): Task<Question> => ({
  name: 'question-answering',
  data: 'questions',
  encode: (tokenizer, questions, { maxLength, stride } = {}) =>
    encodeQuestions(tokenizer, questions, {
      ...(maxLength !== undefined && { maxLength }),
      ...(stride !== undefined && { stride }),
    }),
  usualLength,
  longTexts: 'windows',
  pair: 'required',
  asksQuestions: true,
  readout: { pool: 'none', outputs, layer: 'qa_outputs' },
  distribution: 'tokens',
  labels: [],
  defaultMetric: 'f1',
  checkpoint: { classSuffix },
  outputNames: ['start_logits', 'end_logits'],
  answers: 'spans',
  answerTensors: [
    { name: 'answer', datatype: 'BYTES', read: ({ label }) => [label] },
    scoreTensor,
    { name: 'start', datatype: 'INT32', read: ({ answers }) => [answers?.[0]?.start ?? 0] },
    { name: 'end', datatype: 'INT32', read: ({ answers }) => [answers?.[0]?.end ?? 0] },
  ],

  prepare: (tokenizer, text, { positions, windowLength = usualLength, answers: count = 20, maxAnswerTokens = 30 }) => {
    if (typeof text === 'string') {
      throw new ModelError(
        'TEXT_EMPTY',
        'Question answering needs two texts, a question and a context to read; one came.',
      );
    }
    const [question, context] = text;
    const maxLength = Math.min(windowLength, positions);
    const windows = cutWindows(tokenizer, question, context, {
      maxLength,
      stride: usualStride(maxLength),
      advice: 'Shorten the question: only contexts are read in parts.',
    });
    return {
      inputs: windows,
      answer: (logits) => {
        const answers = bestAnswers(windows, [...logits], context, { count, maxAnswerTokens });
        const [best] = answers;
        return { label: best?.text ?? '', score: best?.score ?? 0, answers };
      },
    };
  },

  score: (metric, logits, examples) => {
    const measure = metric === 'f1' || metric === 'exact_match' ? metrics[metric] : undefined;
    if (!measure)
      throw new ModelError(
        'OPTION_INVALID',
        `Question answering is not scored by "${metric}"; choose f1 or exact_match.`,
      );
    return mean(
      answerTexts(logits, examples).map(({ text, source }) =>
        measure(
          text,
          source.answers.map((answer) => answer.text),
        ),
      ),
    );
  },
  scoredTogether: (metric, examples) =>
    metric === 'f1' || metric === 'exact_match' ? byQuestion(examples) : undefined,
  answerKeys: (logits, examples) => answerTexts(logits, examples).map(({ text }) => text),
  probability: (logits, example) =>
    mean(listTarget(example).map((token, output) => softmax(strided(logits, output, outputs))[token] ?? 0)),
  divergence: (full, reduced) =>
    mean([0, 1].map((output) => logitDivergence(strided(full, output, outputs), strided(reduced, output, outputs)))),

  matters: nearAnswer,
  targets: (batch) => {
    const width = widthOf(batch);
    const share = 1 / (batch.length * outputs);
    const labels = new Float32Array(batch.length * outputs * width); // [B, 2, T]
    batch.forEach((example, row) =>
      listTarget(example).forEach((token, output) => {
        labels[(row * outputs + output) * width + token] = share;
      }),
    );
    return {
      labels,
      labelShape: [batch.length, outputs, width],
      weights: new Float32Array(batch.length * outputs).fill(share),
      weightShape: [batch.length, outputs, 1],
    };
  },
});

/** How question answering is found: by the class of a checkpoint, or by files of questions. */
export const questionAnsweringDefinition: TaskDefinition<Question> = {
  name: 'question-answering',
  aliases: ['question-answering', 'extractive-question-answering'],
  fits: (config) => isOfClass(config, classSuffix),
  make: questionAnswering,
  suits: () => true,
};
