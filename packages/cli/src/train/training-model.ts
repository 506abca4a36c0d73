import type {
  DepartedAnswer,
  ModelConfig,
  PriorName,
  Task,
  TaskDefinition,
  TaskModel,
  TaskName,
  TextModel,
} from '@length-adaptive/models';
import {
  chooseReducer,
  createTaskModel,
  dataKindOf,
  isOfClass,
  modelLabel,
  openModel,
  taskDefinitionOf,
  taskDefinitions,
  taskOf,
  withDeparted,
} from '@length-adaptive/models';
import type { DataSet } from '../data/data.js';
import type { OpeningSettings } from '../engine/opening.js';
import { openingOf } from '../engine/opening.js';
import { CliError } from '../context/errors.js';

const sameLabels = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((label) => b.includes(label));

/** The task that examples ask for where nobody names one: the first that they suit, special ones before the ordinary. */
const guessed = ({ kind, examples }: DataSet): TaskDefinition => {
  const ofKind = [...taskDefinitions()].reverse().filter(({ make }) => dataKindOf(make([])).name === kind.name);
  const found = ofKind.find((definition) => definition.suits?.(examples));
  if (found) return found;
  throw new CliError('USAGE', `The file holds ${kind.holds}: say with --task what they are for.`);
};

/** The task that training examples ask for; labels keep names and order of the model's own where they are the same. */
const taskFor = (data: DataSet, settings: OpenSettings): ((config: ModelConfig) => Task) => {
  const definition = settings.task === undefined ? guessed(data) : taskDefinitionOf(settings.task);
  const { labels, make } = definition;
  if (!labels)
    return (config) => {
      const own = taskOf(config);
      return own.name === definition.name ? own : make([], config);
    };
  const found = labels.of(data.examples, settings.labelColumns);
  const problem = labels.problem?.(found);
  if (problem !== undefined) throw new CliError('INPUT_INVALID', `${problem} ${hintFor(settings)}`);
  const asked = make(found);
  const renames = dataKindOf(asked).renamed !== undefined;
  return (config) => {
    const own = taskOf(config);
    const inModel = (label: string): string => (renames ? modelLabel(label, own.labels) : label);
    const hasAll =
      labels.mayBeRare && own.name === definition.name && found.every((label) => own.labels.includes(inModel(label)));
    // A pretrained encoder has no head of the kind that the task needs, and its labels mean nothing.
    const called = isOfClass(config, asked.checkpoint.classSuffix) ? found.map(inModel) : found;
    if (!hasAll && !sameLabels(own.labels, called)) return asked;
    return own.name === definition.name ? own : make(own.labels);
  };
};

const hintFor = ({ labelColumns }: OpenSettings): string =>
  labelColumns === undefined ? 'Is --label-column right?' : 'Are --label-columns right?';

interface OpenSettings extends OpeningSettings {
  /** Default: what the examples are guessed to be for. */
  readonly task: TaskName | undefined;
  readonly seed: number;
  readonly reducer?: string | undefined;
  readonly prior?: PriorName | undefined;
  readonly departed?: DepartedAnswer | undefined;
  /** Whether all weights begin anew, and the model gives its shape and its words alone. Default false. */
  readonly fresh?: boolean | undefined;
  /** Columns of 0 and 1, one a label. */
  readonly labelColumns?: readonly string[] | undefined;
}

/** A model of the same shape with new weights; the other is done with. */
const anew = (
  { config, task, reducer, prior, dispose }: TaskModel,
  { seed, departed }: Pick<OpenSettings, 'seed' | 'departed'>,
): TaskModel => {
  dispose();
  return createTaskModel(config, new Map(), { fresh: true, seed, task, reducer, prior, departed });
};

/**
 * Opens a model to train on examples. A head for the same task and labels is kept; otherwise it gets a new one.
 *
 * @throws ModelError, also for a prior of another task; CliError `INPUT_INVALID` when there are fewer than two classes, or no label at all; `USAGE`
 * where the task cannot be guessed
 */
export const openForTraining = async (source: string, data: DataSet, settings: OpenSettings): Promise<TextModel> => {
  const { seed, reducer, prior, departed } = settings;
  const taskOfConfig = taskFor(data, settings);
  const learns = reducer !== undefined && chooseReducer(reducer, undefined).predictor !== undefined;
  const task = (config: ModelConfig): Task => {
    const asked = taskOfConfig(config);
    if (!learns) return asked;
    // What leaves is then what does not matter: it need not be read, and sub-models need not learn to read it.
    return withDeparted(asked, asked.majority && 'majority');
  };
  const opened = await openModel(source, { seed, reducer, prior, departed, task, ...openingOf(settings) });
  return settings.fresh ? { ...opened, model: anew(opened.model, { seed, departed }) } : opened;
};
