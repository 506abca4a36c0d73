import type { Answer } from './answer.js';

/** A tensor that a server gives for texts: an element or a row a text. */
export interface AnswerTensor {
  readonly name: string;
  readonly datatype: 'BYTES' | 'FP32' | 'INT32';
  /** Elements of a text, where it is a row and not a single element; -1 where the model alone knows how many. */
  readonly width?: number;
  readonly read: (answer: Answer) => readonly (string | number)[];
}

/** How sure an answer is, or the number that it is. */
export const scoreTensor: AnswerTensor = { name: 'score', datatype: 'FP32', read: ({ score }) => [score] };

/** What is answered, as text. */
export const labelTensor: AnswerTensor = { name: 'label', datatype: 'BYTES', read: ({ label }) => [label] };

/** [texts, labels] */
export const probabilitiesTensor = (labels: readonly string[]): AnswerTensor => ({
  name: 'probabilities',
  datatype: 'FP32',
  width: labels.length,
  read: ({ probabilities = {} }) => labels.map((name) => probabilities[name] ?? 0),
});
