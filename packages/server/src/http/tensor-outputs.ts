import type { AnswerTensor, Prediction, TaskName } from '@length-adaptive/models';
import { makeTask } from '@length-adaptive/models/predict';
import { ServerError } from '../errors.js';
import type { OutputTensor } from './tensors.js';

/** What a task says that a text is answered with. */
const outputsOf = (task: TaskName, labels: readonly string[]): readonly AnswerTensor[] =>
  makeTask(task, labels).answerTensors;

const shapeOf = ({ width }: { readonly width?: number | undefined }, rows: number): number[] =>
  width === undefined ? [rows] : [rows, width];

/** Names, datatypes and shapes of what a model answers; -1 is the number of texts, or a width that the model alone knows. */
export const outputMetadata = (task: TaskName, labels: readonly string[]) =>
  outputsOf(task, labels).map((output) => ({
    name: output.name,
    datatype: output.datatype,
    shape: shapeOf(output, -1),
  }));

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
export const tensorWriter = ({
  task,
  labels,
  names,
}: TensorOptions): ((predictions: readonly Prediction[]) => OutputTensor[]) => {
  const all = outputsOf(task, labels);
  const wanted = (names ?? []).map((name) => {
    const output = all.find((candidate) => candidate.name === name);
    if (!output)
      throw new ServerError(
        'REQUEST_INVALID',
        `This model has no output ${JSON.stringify(name.slice(0, 60))}; its outputs are ${all.map((candidate) => candidate.name).join(', ')}.`,
      );
    return output;
  });
  return (predictions) =>
    (wanted.length > 0 ? wanted : all).map((output) => {
      const data = predictions.flatMap(output.read);
      const width = output.width === -1 ? data.length / predictions.length : output.width; // of what the model gave
      return {
        name: output.name,
        shape: shapeOf({ width }, predictions.length),
        datatype: output.datatype,
        data,
      };
    });
};
