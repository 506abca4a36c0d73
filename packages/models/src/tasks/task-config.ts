import type { Architecture } from '../architectures/architecture.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { ModelError } from '../errors.js';
import { checkpointClass } from '../architectures/checkpoint-class.js';
import { classLabels } from './class-labels.js';
import { taskDefinitions } from './registry.js';
import type { Task } from './task.js';
import type { TaskDefinition } from './task-definition.js';

/**
 * The definition of the task that a config.json describes.
 *
 * @throws ModelError `CONFIG_INVALID` for one that is not implemented, such as multiple choice
 */
const definitionFor = (config: ModelConfig): TaskDefinition => {
  const found = [...taskDefinitions()].reverse().find((definition) => definition.fits(config));
  const className = checkpointClass(config);
  if (found && !className.endsWith('ForMultipleChoice')) return found;
  const known = new Set(taskDefinitions().map((definition) => definition.make([]).checkpoint.classSuffix));
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: ${className} is not supported; known: ${[...known].join(', ')}.`,
  );
};

/**
 * The task that a config.json describes: what was registered is asked first.
 *
 * @throws ModelError `CONFIG_INVALID` for one that is not implemented, such as multiple choice
 */
export const taskOf = (config: ModelConfig): Task => {
  const definition = definitionFor(config);
  return definition.make(definition.labels ? classLabels(config) : [], config);
};

/** A task as the head of a family reads it. */
export const taskOfFamily = <Asked extends Pick<Task, 'readout'>>(
  task: Asked,
  architecture: Pick<Architecture, 'readout'>,
  config: ModelConfig,
): Asked => {
  const readout = architecture.readout?.(config, task.readout) ?? task.readout;
  return readout === task.readout ? task : { ...task, readout };
};

/** What config.json says of a head, whatever its task: a new head says it anew. */
const headKeys = (): ReadonlySet<string> =>
  new Set([
    ...['problem_type', 'id2label', 'label2id', 'num_labels'],
    ...taskDefinitions().flatMap((definition) => Object.keys(definition.make([]).checkpoint.config ?? {})),
  ]);

/** The config.json of a model for a task, as Hugging Face tools read it. */
export const configFor = (
  config: ModelConfig,
  { classPrefix, modelType, className }: Pick<Architecture, 'classPrefix' | 'modelType' | 'className'>,
  { checkpoint, labels, readout }: Pick<Task, 'checkpoint' | 'labels' | 'readout'>,
): ModelConfig => {
  const ofHeads = headKeys();
  return {
    ...Object.fromEntries(Object.entries(config).filter(([key]) => !ofHeads.has(key))),
    model_type: modelType === 'tinybert' ? 'bert' : modelType,
    architectures: [className?.(checkpoint.classSuffix, config, readout) ?? `${classPrefix}${checkpoint.classSuffix}`],
    ...checkpoint.config,
    ...(labels.length > 0 && {
      id2label: Object.fromEntries(labels.map((label, i) => [i, label])),
      label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    }),
  };
};
