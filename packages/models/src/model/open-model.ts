import { architectureOf } from '../architectures/registry.js';
import { checkTrained } from './check-trained.js';
import { bitsNotes } from '../folder/bits.js';
import { modelNotes } from './model-notes.js';
import type { FileSource } from '../sources/file-source.js';
import type { ReducerChoice } from '../folder/ranking.js';
import { checkSavable, chooseRanking, withRanking } from '../folder/ranking.js';
import type { ModelConfig } from '../architectures/model-config.js';
import { checkPredictor } from '../folder/predictor.js';
import type { ReadModelDirectoryOptions, WriteModelDirectoryOptions } from '../folder/model-directory.js';
import { readModelDirectory, writeModelDirectory } from '../folder/model-directory.js';
import { withLowRank } from '../folder/with-low-rank.js';
import { withProducts } from '../low-rank/products.js';
import type { Parameter } from '../architectures/parameter.js';
import { predictorPrefix } from '../architectures/predictor-specs.js';
import { saveParameters } from '../architectures/parameters.js';
import type { PriorName } from '../tasks/prior-name.js';
import type { PriorSettings } from '../priors/prior-settings.js';
import type { RunnableTextModel } from './runnable-model.js';
import type { TaskModel } from './task-model.js';
import { createTaskModel, headNames } from './task-model.js';
import { taskOf } from '../tasks/task-config.js';
import type { DepartedAnswer } from '../tasks/departed-answer.js';
import type { Task } from '../tasks/task.js';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.js';
import type { UnreadTensor } from '../weights/safetensors.js';
import { openTokenizer } from './within-tables.js';

/** A model on TensorFlow.js with all that its folder holds: to train, search, save and answer with. */
export interface TextModel extends RunnableTextModel {
  readonly model: TaskModel;
  readonly tokenizerFiles: TokenizerFiles;
}

export interface OpenModelOptions extends ReadModelDirectoryOptions {
  /** The task, or how to choose it. A head trained for another task, or for other labels, is replaced. Default: what config.json says. */
  readonly task?: Task | ((config: ModelConfig) => Task) | undefined;
  /** Seed of a new head. Default 42. */
  readonly seed?: number;
  /**
   * What ranks tokens, by name, by name with settings, or itself: one that is not registered (`registerReducer`) runs, and cannot be
   * saved. Default: what the model's file says, else attention; a model that changes its task begins with attention.
   */
  readonly reducer?: ReducerChoice | undefined;
  /**
   * What is added to that beforehand. Default: what the model's file says; where it says nothing, the task's own: `question-overlap` in all layers for
   * rerankers, nothing for others. A file that has points or cascades and names no prior was measured without one, and opens without one. A model that changes its task begins
   * with that of the new one.
   */
  readonly prior?: PriorName | PriorSettings | undefined;
  /**
   * What a token that left answers, where each answers for itself: what the head makes of its last state (`state`), or what most tokens answer
   * (`majority`). Default: what the model's file says, else `state`.
   */
  readonly departed?: DepartedAnswer | undefined;
}

/**
 * Opens a model to train, search or evaluate.
 *
 * @param source a folder, `npm:package`, web address, Hub repository, or a `FileSource`
 * @throws ModelError
 */
export const openModel = async (
  source: string | FileSource,
  { task, seed = 42, reducer, prior, departed, ...options }: OpenModelOptions = {},
): Promise<TextModel> => {
  const {
    config,
    tensors,
    factors,
    predictor,
    unread = new Map<string, UnreadTensor>(),
    tokenizerFiles,
    lengthAdaptive,
    weightsOf,
  } = await readModelDirectory(source, options);
  const chosen = typeof task === 'function' ? task(config) : task;
  const { dimensions, headPrefixes } = architectureOf(config);
  const { tokenizer, notes } = await openTokenizer(tokenizerFiles, dimensions(config));
  const isOfHead = (name: string): boolean => headPrefixes.some((prefix) => name.startsWith(prefix));
  const same = !chosen || isTaskOf(config, chosen);
  const kept = <T>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    same ? all : new Map([...all].filter(([name]) => !isOfHead(name)));
  const known = same ? lengthAdaptive : undefined;
  const ranking = chooseRanking({ reducer, prior, departed }, known, chosen ?? taskOf(config));
  checkPredictor(ranking.reducer, known, predictor);
  const learned = known && predictor ? predictor : new Map<never, never>();
  const model = createTaskModel(config, new Map([...kept(tensors), ...learned]), {
    task: chosen,
    seed,
    ...ranking,
    unread: kept(unread),
    lowRank: lengthAdaptive?.lowRank,
    factors,
  });
  return {
    model,
    tokenizer,
    tokenizerFiles,
    lengthAdaptive: withRanking(lengthAdaptive, model),
    notes: [
      ...modelNotes(config, { unread, tensors, task: same ? model.task : undefined, weightsOf }),
      ...notes,
      ...bitsNotes(lengthAdaptive?.paretoSet ?? [], model),
    ],
  };
};

/**
 * Opens a model to answer with: its checkpoint must hold a head.
 *
 * @throws ModelError `TENSOR_MISSING` for a pretrained encoder that was never fine-tuned, and what `openModel` throws
 */
export const openTrainedModel = async (
  source: string | FileSource,
  options: OpenModelOptions = {},
): Promise<TextModel> => {
  const text = await openModel(source, options);
  try {
    checkTrained(text.model.initialised);
    return text;
  } catch (error) {
    text.model.dispose();
    throw error;
  }
};

/** Whether a checkpoint's head is one for a task: of the same task and labels, or of two tasks whose head gives the same one number. */
const isTaskOf = (config: ModelConfig, { name, labels, readout, checkpoint }: Task): boolean => {
  const own = taskOf(config);
  const sameLabels = own.labels.length === labels.length && own.labels.every((label, i) => label === labels[i]);
  const oneNumber = [own.readout, readout].every(({ pool, outputs }) => pool === 'first' && outputs === 1);
  const sameClass = own.checkpoint.classSuffix === checkpoint.classSuffix;
  return sameLabels && (own.name === name || (labels.length === 0 && oneNumber && sameClass));
};

/**
 * Writes a model as a Hugging Face directory plus `length_adaptive.json`, the model's reducer and prior in it, its factors where it has some, and
 * what its reducer has learned where it learns. A head that was made anew and has learned nothing yet is
 * left out: whoever opens the directory gets a new one too, and `openTrainedModel` says that there is none. What an earlier model has left in the folder goes,
 * as `writeModelDirectory` says.
 *
 * @throws ModelError `NOT_WRITABLE`; `OPTION_INVALID` for a reducer that is not registered
 */
export const saveModel = async (
  folder: string,
  { model, tokenizerFiles, lengthAdaptive }: Omit<TextModel, 'tokenizer'>,
  options: WriteModelDirectoryOptions = {},
): Promise<void> => {
  checkSavable(model.reducer);
  const untrained = new Set(headNames(model).filter((name) => model.initialised.includes(name)));
  const trained = model.parameters.filter(({ spec }) => !untrained.has(spec.name));
  const isPredictor = ({ spec }: Parameter): boolean => spec.name.startsWith(predictorPrefix);
  const predictor = await saveParameters(trained.filter(isPredictor));
  const { tensors, factors: own } = withProducts(
    await saveParameters(trained.filter((parameter) => !isPredictor(parameter))),
  );
  const factors = new Map([...own, ...(await saveParameters(model.factorParameters))]);
  const ours = withLowRank(withRanking(lengthAdaptive, model), model);
  const directory = {
    config: model.config,
    tensors: new Map([...tensors, ...model.companions]),
    ...(factors.size > 0 && { factors }),
    ...(predictor.size > 0 && { predictor }),
    tokenizerFiles,
    ...(ours && { lengthAdaptive: ours }),
  };
  await writeModelDirectory(folder, directory, options);
};
