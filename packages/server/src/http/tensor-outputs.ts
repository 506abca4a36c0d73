import type { Prediction, TaskName } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { OutputTensor } from './tensors.js';

/** One output of a model. */
interface Output {
  readonly name: string;
  readonly datatype: 'BYTES' | 'FP32' | 'INT32';
  /** Elements of a text, where it is a row and not a single element. */
  readonly width?: number;
  readonly read: (prediction: Prediction) => readonly (string | number)[];
}

const score: Output = { name: 'score', datatype: 'FP32', read: (prediction) => [prediction.score] };

const label: Output = { name: 'label', datatype: 'BYTES', read: (prediction) => [prediction.label] };

/** [texts, labels] */
const probabilitiesOf = (labels: readonly string[]): Output => ({
  name: 'probabilities',
  datatype: 'FP32',
  width: labels.length,
  read: ({ probabilities = {} }) => labels.map((name) => probabilities[name] ?? 0),
});

const outputsOf = (task: TaskName, labels: readonly string[]): readonly Output[] => {
  switch (task) {
    case 'sequence-classification':
      return [label, score, probabilitiesOf(labels)];
    case 'multi-label-classification':
      return [label, score, probabilitiesOf(labels), { name: 'labels', datatype: 'BYTES', read: ({ labels: given = [] }) => [JSON.stringify(given)] }];
    case 'regression':
      return [score];
    case 'question-answering':
      return [
        { name: 'answer', datatype: 'BYTES', read: ({ label }) => [label] },
        score,
        { name: 'start', datatype: 'INT32', read: ({ answers }) => [answers?.[0]?.start ?? 0] },
        { name: 'end', datatype: 'INT32', read: ({ answers }) => [answers?.[0]?.end ?? 0] },
      ];
    case 'token-classification':
      return [{ name: 'entities', datatype: 'BYTES', read: ({ entities = [] }) => [JSON.stringify(entities)] }];
  }
};

const shapeOf = ({ width }: Output, rows: number): number[] => (width === undefined ? [rows] : [rows, width]);

/** Names, datatypes and shapes of what a model answers; -1 is the number of texts. */
export const outputMetadata = (task: TaskName, labels: readonly string[]) => outputsOf(task, labels).map((output) => ({ name: output.name, datatype: output.datatype, shape: shapeOf(output, -1) }));

/** What predictions are made tensors for. */
export interface TensorOptions {
  readonly task: TaskName;
  readonly labels: readonly string[];
  /** Outputs that are wanted, in order. Default: all. */
  readonly names?: readonly string[] | undefined;
}

/**
 * What becomes the tensors of an answer.
 *
 * @throws ServerError `REQUEST_INVALID` for a name that the model has no output of
 */
export const tensorWriter = ({ task, labels, names }: TensorOptions): ((predictions: readonly Prediction[]) => OutputTensor[]) => {
  const all = outputsOf(task, labels);
  const wanted = (names ?? []).map((name) => {
    const output = all.find((candidate) => candidate.name === name);
    if (!output) throw new ServerError('REQUEST_INVALID', `This model has no output ${JSON.stringify(name.slice(0, 60))}; its outputs are ${all.map((candidate) => candidate.name).join(', ')}.`);
    return output;
  });
  return (predictions) =>
    (wanted.length > 0 ? wanted : all).map((output) => ({
      name: output.name,
      shape: shapeOf(output, predictions.length),
      datatype: output.datatype,
      data: predictions.flatMap(output.read),
    }));
};
