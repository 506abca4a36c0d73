import type { ModelConfig, ReducerName, Task, TextModel } from '@length-adaptive/models';
import { labelsOf, openModel, questionAnswering, regression, sequenceClassification, tagsOf, taskOf, tokenClassification } from '@length-adaptive/models';
import type { DataSet } from './data.js';
import { modelLabel } from './data.js';
import { CliError } from './errors.js';
import type { TaskChoice } from './task-names.js';

const sameLabels = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((label) => b.includes(label));

/** Whether config.json says that the checkpoint has a head for classes; a pretrained encoder has none, and its labels mean nothing. */
const hasClasses = ({ architectures }: ModelConfig): boolean => Array.isArray(architectures) && String(architectures[0]).endsWith('ForSequenceClassification');

/** The task that training examples ask for; labels keep names and order of the model's own where they are the same. */
const taskFor = (data: DataSet, asked: TaskChoice | undefined): ((config: ModelConfig) => Task) => {
  if (data.kind === 'questions') return questionAnswering;
  const found = data.kind === 'sentences' ? tagsOf(data.examples) : labelsOf(data.examples);
  const named = (config: ModelConfig): readonly string[] => {
    const { labels } = taskOf(config);
    const called = hasClasses(config) ? found.map((label) => modelLabel(label, labels)) : found;
    return sameLabels(labels, called) ? labels : found;
  };
  if (data.kind === 'sentences') return (config) => tokenClassification(named(config));
  if ((asked ?? (data.examples.some(({ label }) => typeof label === 'number') ? 'regression' : 'classification')) === 'regression') return regression;
  if (found.length < 2) {
    const which = found.length === 0 ? 'carry no label' : `all carry the label ${JSON.stringify(found[0])}`;
    throw new CliError('INPUT_INVALID', `The training examples ${which}; classification needs two labels or more. Is --label-column right?`);
  }
  return (config) => sequenceClassification(named(config));
};

interface OpenSettings {
  readonly task: TaskChoice | undefined;
  readonly seed: number;
  readonly reducer?: ReducerName | undefined;
}

/**
 * Opens a model to train on examples. A head for the same task and labels is kept; otherwise it gets a new one.
 *
 * @throws ModelError, also for a reducer of another task; CliError `INPUT_INVALID` when there are fewer than two classes
 */
export const openForTraining = (source: string, data: DataSet, { task, seed, reducer }: OpenSettings): Promise<TextModel> => openModel(source, { seed, reducer, task: taskFor(data, task) });
