import type { Example, ModelConfig, PriorName, Task, TextModel } from '@length-adaptive/models';
import {
  isMultiLabelTask,
  labelsOf,
  multiLabelClassification,
  openModel,
  questionAnswering,
  regression,
  sequenceClassification,
  tagsOf,
  taskOf,
  tokenClassification,
} from '@length-adaptive/models';
import type { DataSet } from '../data/data.js';
import { modelLabel } from '../data/data.js';
import { CliError } from '../context/errors.js';
import type { TaskChoice } from '../data/task-names.js';

const sameLabels = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((label) => b.includes(label));

/** Whether config.json says that the checkpoint has a head for classes; a pretrained encoder has none, and its labels mean nothing. */
const hasClasses = ({ architectures }: ModelConfig): boolean =>
  Array.isArray(architectures) && String(architectures[0]).endsWith('ForSequenceClassification');

/** The task that labelled texts ask for where nobody names one. */
const guessed = (examples: readonly Example[]): TaskChoice => {
  if (examples.some(({ labels }) => labels !== undefined)) return 'multi-label-classification';
  return examples.some(({ label }) => typeof label === 'number') ? 'regression' : 'classification';
};

/** Labels of several a text: those of their columns in that order, also one that no text has; else those that texts have. */
const namesOf = (found: readonly string[], { labelColumns = [] }: OpenSettings): readonly string[] =>
  found.every((label) => labelColumns.includes(label)) && labelColumns.length > 0 ? labelColumns : found;

/** The task that training examples ask for; labels keep names and order of the model's own where they are the same. */
const taskFor = (data: DataSet, settings: OpenSettings): ((config: ModelConfig) => Task) => {
  if (data.kind === 'questions') return questionAnswering;
  const found = data.kind === 'sentences' ? tagsOf(data.examples) : namesOf(labelsOf(data.examples), settings);
  const named = (config: ModelConfig): readonly string[] => {
    const { labels } = taskOf(config);
    const called = hasClasses(config) ? found.map((label) => modelLabel(label, labels)) : found;
    return sameLabels(labels, called) ? labels : found;
  };
  if (data.kind === 'sentences') return (config) => tokenClassification(named(config));
  const task = settings.task ?? guessed(data.examples);
  if (task === 'regression') return regression;
  if (task === 'multi-label-classification') {
    const known = (config: ModelConfig): readonly string[] => {
      const own = taskOf(config);
      return isMultiLabelTask(own) && found.every((label) => own.labels.includes(modelLabel(label, own.labels)))
        ? own.labels
        : named(config); // a rare label may be in no example
    };
    if (found.length > 0) return (config) => multiLabelClassification(known(config));
    throw new CliError(
      'INPUT_INVALID',
      'No training example has a label; multi-label classification needs one label or more. Are --label-columns or --label-column right?',
    );
  }
  if (found.length < 2) {
    const which = found.length === 0 ? 'carry no label' : `all carry the label ${JSON.stringify(found[0])}`;
    throw new CliError(
      'INPUT_INVALID',
      `The training examples ${which}; classification needs two labels or more. Is --label-column right?`,
    );
  }
  return (config) => sequenceClassification(named(config));
};

interface OpenSettings {
  readonly task: TaskChoice | undefined;
  readonly seed: number;
  readonly reducer?: string | undefined;
  readonly prior?: PriorName | undefined;
  /** Columns of 0 and 1, one a label. */
  readonly labelColumns?: readonly string[] | undefined;
}

/**
 * Opens a model to train on examples. A head for the same task and labels is kept; otherwise it gets a new one.
 *
 * @throws ModelError, also for a prior of another task; CliError `INPUT_INVALID` when there are fewer than two classes, or no label at all
 */
export const openForTraining = (source: string, data: DataSet, settings: OpenSettings): Promise<TextModel> => {
  const { seed, reducer, prior } = settings;
  return openModel(source, { seed, reducer, prior, task: taskFor(data, settings) });
};
