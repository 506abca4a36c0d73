import type { ModelConfig } from '../architectures/model-config.js';
import { ModelError } from '../errors.js';
import { embeddingDefinition } from './embedding.js';
import { imageClassificationDefinition } from './image-classification.js';
import { multiLabelClassificationDefinition } from './multi-label-classification.js';
import { questionAnsweringDefinition } from './question-answering.js';
import { regressionDefinition } from './regression.js';
import { rerankDefinition } from './rerank.js';
import { sequenceClassificationDefinition } from './sequence-classification.js';
import type { Task, TaskName } from './task.js';
import type { TaskDefinition } from './task-definition.js';
import { tokenClassificationDefinition } from './token-classification.js';

const builtIn: readonly TaskDefinition[] = [
  sequenceClassificationDefinition,
  multiLabelClassificationDefinition,
  regressionDefinition,
  rerankDefinition,
  questionAnsweringDefinition,
  tokenClassificationDefinition,
  embeddingDefinition,
  imageClassificationDefinition,
];

const key = Symbol.for('@length-adaptive/models/tasks');

/** Tasks that were registered, by one list for all copies of this module: a program may have loaded an ES module and a CommonJS one. */
const registered = (): TaskDefinition[] => {
  const shared = globalThis as { [key]?: TaskDefinition[] };
  return (shared[key] ??= []);
};

/** All tasks there are: those that are built in, then those that were registered, in that order. */
export const taskDefinitions = (): readonly TaskDefinition[] => [...builtIn, ...registered()];

/** What users call a task. */
export const calledTask = ({ name, aliases = [] }: Pick<TaskDefinition, 'name' | 'aliases'>): string =>
  aliases[0] ?? name;

/** A task by its name, or by what else it is called; undefined where there is none. */
export const findTask = (name: string): TaskDefinition | undefined =>
  taskDefinitions().find((definition) => definition.name === name || definition.aliases?.includes(name));

/**
 * A task by its name, or by what else it is called.
 *
 * @throws ModelError `OPTION_INVALID`, listing the known ones
 */
export const taskDefinitionOf = (name: TaskName): TaskDefinition => {
  const found = findTask(name);
  if (found) return found;
  throw new ModelError(
    'OPTION_INVALID',
    `There is no task ${JSON.stringify(name)}; known: ${taskDefinitions().map(calledTask).join(', ')}. One of your own must be registered first (registerTask), in every process that uses it.`,
  );
};

/**
 * The task of a name, for labels.
 *
 * @param config config.json of the model that it is for: a task that follows from it, such as embedding, needs it to run
 * @throws ModelError `OPTION_INVALID` for a name that is not known
 */
export const makeTask = (name: TaskName, labels: readonly string[] = [], config?: ModelConfig): Task =>
  taskDefinitionOf(name).make(labels, config);

/**
 * Makes a task known: models of it are opened, trained, exported and served as those of any other. A module that does so and is loaded first
 * (`node --import ./my-task.mjs`) makes it known to `lat` and to the server.
 *
 * @returns the definition
 * @throws ModelError `OPTION_INVALID` for a name that another task has
 */
export const registerTask = <Item>(definition: TaskDefinition<Item>): TaskDefinition<Item> => {
  const taken = [definition.name, ...(definition.aliases ?? [])].find((name) => findTask(name) !== undefined);
  if (taken !== undefined)
    throw new ModelError(
      'OPTION_INVALID',
      `There is a task ${JSON.stringify(taken)} already; known: ${taskDefinitions().map(calledTask).join(', ')}. Choose another name.`,
    );
  registered().push(definition);
  return definition;
};
