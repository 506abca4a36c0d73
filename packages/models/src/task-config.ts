import type { Architecture } from './architectures/architecture.js';
import { classLabels, distinctLabels } from './class-labels.js';
import { ModelError } from './errors.js';
import type { ModelConfig } from './model-config.js';
import { configChoice } from './model-config.js';
import { multiLabelClassification } from './tasks/multi-label-classification.js';
import { questionAnswering } from './tasks/question-answering.js';
import { regression } from './tasks/regression.js';
import { sequenceClassification } from './tasks/sequence-classification.js';
import { tokenClassification } from './tasks/token-classification.js';
import type { Task, TaskName } from './tasks/task.js';

/** What the class names of Hugging Face tools end with. */
const classSuffixes: Readonly<Record<TaskName, string>> = {
  'sequence-classification': 'ForSequenceClassification',
  'multi-label-classification': 'ForSequenceClassification',
  regression: 'ForSequenceClassification',
  'question-answering': 'ForQuestionAnswering',
  'token-classification': 'ForTokenClassification',
};

const classOf = ({ architectures }: ModelConfig): string => (Array.isArray(architectures) ? String(architectures[0]) : '');

/**
 * The task that a config.json describes.
 *
 * @throws ModelError `CONFIG_INVALID` for one that is not implemented, such as multiple choice
 */
export const taskOf = (config: ModelConfig): Task => {
  const className = classOf(config);
  if (className.endsWith(classSuffixes['question-answering'])) return questionAnswering();
  if (className.endsWith('ForMultipleChoice')) throw new ModelError('CONFIG_INVALID', `config.json: ${className} is not supported; known: ${[...new Set(Object.values(classSuffixes))].join(', ')}.`);
  const labels = classLabels(config);
  if (className.endsWith(classSuffixes['token-classification'])) return tokenClassification(labels);
  const problem = configChoice(config, 'problem_type', ['single_label_classification', 'multi_label_classification', 'regression'], 'single_label_classification');
  if (problem === 'multi_label_classification') return multiLabelClassification(distinctLabels(labels));
  return problem === 'regression' || labels.length === 1 ? regression() : sequenceClassification(distinctLabels(labels));
};

const problemTypes: Readonly<Partial<Record<TaskName, string>>> = {
  regression: 'regression',
  'sequence-classification': 'single_label_classification',
  'multi-label-classification': 'multi_label_classification',
};

/** The config.json of a model for a task, as Hugging Face tools read it. */
export const configFor = (config: ModelConfig, { classPrefix, modelType }: Pick<Architecture, 'classPrefix' | 'modelType'>, { name, labels }: Pick<Task, 'name' | 'labels'>): ModelConfig => {
  const { problem_type: _, id2label: __, label2id: ___, num_labels: ____, ...rest } = config; // those of the head before
  const named = labels.length > 0 ? labels : name === 'regression' ? ['LABEL_0'] : [];
  return {
    ...rest,
    model_type: modelType === 'tinybert' ? 'bert' : modelType,
    architectures: [`${classPrefix}${classSuffixes[name]}`],
    ...(problemTypes[name] !== undefined && { problem_type: problemTypes[name] }),
    ...(named.length > 0 && {
      id2label: Object.fromEntries(named.map((label, i) => [i, label])),
      label2id: Object.fromEntries(named.map((label, i) => [label, i])),
    }),
  };
};
