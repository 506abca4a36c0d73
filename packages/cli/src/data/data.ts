import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { EncoderInput } from '@length-adaptive/core';
import type {
  DataKind,
  InputLengths,
  LabelledInput,
  ReadExamplesOptions,
  RunnableTextModel,
  SearchedDocument,
  Task,
  TaskName,
} from '@length-adaptive/models';
import {
  ModelError,
  dataFormatOf,
  dataKindOf,
  folderDataKind,
  guessDataKind,
  isJsonList,
  makeTask,
  modelLabel,
  openText,
  readModelFiles,
  taskOf,
  textsData,
} from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import type { OpeningSettings } from '../engine/opening.js';
import { openingOf } from '../engine/opening.js';
import { flagOf, required } from '../context/settings.js';

/** What a data file holds. */
export interface DataSet {
  readonly kind: DataKind;
  readonly examples: readonly unknown[];
}

/** Which examples to read, and how. */
export interface DataSettings {
  readonly textColumn: string | undefined;
  readonly pairColumn: string | undefined;
  readonly labelColumn: string | undefined;
  /** Columns of 0 and 1, one a label. */
  readonly labelColumns?: readonly string[] | undefined;
  /** What stands between the labels of a text in one column. */
  readonly labelSeparator?: string | undefined;
  readonly header: boolean | undefined;
  readonly limit: number | undefined;
  readonly seed: number;
}

const column = (name: string): string | number => (/^\d+$/.test(name) ? Number(name) : name);

const columnsOf = ({
  textColumn,
  pairColumn,
  labelColumn,
  labelColumns,
  labelSeparator,
  header,
}: DataSettings): ReadExamplesOptions => ({
  ...(textColumn !== undefined && { textColumn: column(textColumn) }),
  ...(pairColumn !== undefined && { pairColumn: column(pairColumn) }),
  ...(labelColumn !== undefined && { labelColumn: column(labelColumn) }),
  ...(labelColumns !== undefined && { labelColumns: labelColumns.map(column) }),
  ...(labelSeparator !== undefined && { labelSeparator }),
  ...(header !== undefined && { header }),
});

/** A random sample in the order of the file; everything when `limit` is absent or large enough. */
export const sample = <Item>(items: readonly Item[], limit: number | undefined, seed: number): readonly Item[] => {
  if (limit === undefined || limit >= items.length) return items;
  const chosen = shuffled([...items.keys()], createRandom(seed)).slice(0, limit);
  return chosen.sort((a, b) => a - b).flatMap((index) => items.slice(index, index + 1));
};

/** A random sample of the examples of a data set, in their order. */
export const sampleData = (data: DataSet, limit: number | undefined, seed: number): DataSet => ({
  ...data,
  examples: sample(data.examples, limit, seed),
});

/** @throws CliError `USAGE` for an option by which files of the kind are not read */
const parse = (
  text: string,
  path: string,
  kind: DataKind,
  { settings, ...more }: { readonly settings: DataSettings } & Pick<ReadExamplesOptions, 'task'>,
): DataSet => {
  const options = columnsOf(settings);
  const unread = Object.keys(options).find((key) => kind.columns?.every((read) => read !== key));
  if (unread !== undefined)
    throw new CliError('USAGE', `${flagOf(unread)} is for tables, and ${path} is read as ${kind.holds}; leave it out.`);
  return { kind, examples: kind.parse(text, path, { ...options, ...more }) };
};

/** The examples of a data set, with what they name beside their file. */
const completed = async (data: DataSet, folder: string | undefined): Promise<DataSet> =>
  data.kind.complete ? { ...data, examples: await data.kind.complete(data.examples, folder) } : data;

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false, // who opens it says what is wrong
  );

/** The examples of a folder, where the task has such or nobody names one; undefined for a file. @throws CliError `USAGE` for options of columns */
const folderData = async (
  path: string,
  settings: DataSettings,
  task: Task | undefined,
): Promise<DataSet | undefined> => {
  if (!(await isFolder(path))) return undefined;
  const kind = task ? dataKindOf(task) : folderDataKind();
  if (!kind?.fromFolder) return undefined;
  const { limit, seed } = settings;
  const [own] = Object.keys(columnsOf(settings));
  if (own !== undefined)
    throw new CliError('USAGE', `${flagOf(own)} is for files of examples, and ${path} is a folder; leave it out.`);
  const data = { kind, examples: await kind.fromFolder(path) };
  return completed(sampleData(data, limit, seed), undefined);
};

/** Reads a data file; with `--limit` a random sample of its examples. What it holds follows from the task, or else from the file. */
export const readData = async (path: string, settings: DataSettings, name?: TaskName): Promise<DataSet> => {
  const task = name === undefined ? undefined : makeTask(name);
  const inFolder = await folderData(path, settings, task);
  if (inFolder) return inFolder;
  const text = await openText(path);
  const data = parse(text, path, task ? dataKindOf(task) : guessDataKind(path, text), {
    settings,
    ...(task?.labelKind && { task: task.labelKind }),
  });
  return completed(sampleData(data, settings.limit, settings.seed), dirname(path));
};

type ModelDataSettings = DataSettings & OpeningSettings & { readonly model: string | undefined };

/** The task in the config.json of `--model`. */
const taskOfModel = async ({ model, ...settings }: ModelDataSettings): Promise<Task> =>
  taskOf((await readModelFiles(required(model, 'model'), openingOf(settings))).config);

/** Whether a text may have no label, or several: then one column of them is read otherwise than one label a text. */
const takesLists = ({ labelKind }: Task): boolean => labelKind === 'multi-label';

const dataForTask = (text: string, path: string, task: Task, settings: ModelDataSettings): DataSet => {
  const kind = dataKindOf(task);
  try {
    const labels = takesLists(task) ? { task: 'multi-label' as const } : {};
    return sampleData(parse(text, path, kind, { settings, ...labels }), settings.limit, settings.seed);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'DATA_INVALID') throw error;
    throw new ModelError(error.code, `${error.message} The model does ${task.name} and needs ${kind.holds}.`, {
      cause: error,
    });
  }
};

const dataForModel = async (text: string, path: string, settings: ModelDataSettings): Promise<DataSet> => {
  const task = await taskOfModel(settings).catch((error: unknown) => {
    parse(text, path, guessDataKind(path, text), { settings }); // a file that is wrong says so first
    throw error;
  });
  return completed(dataForTask(text, path, task, settings), dirname(path));
};

/** Reads a data file for the trained model of `--model`, as its task needs it: the name of the file does not matter. */
export const readModelData = async (path: string, settings: ModelDataSettings): Promise<DataSet> => {
  if (await isFolder(path)) {
    const found = await folderData(path, settings, await taskOfModel(settings));
    if (found) return found;
  }
  return dataForModel(await openText(path), path, settings);
};

/** Whether a file holds a table by its name: texts for any task, where labels do not matter. */
const isTable = (path: string, text: string): boolean => {
  const format = dataFormatOf(path);
  return format === 'json' ? isJsonList(text) : format !== undefined && format !== 'conll';
};

/** Reads a data file of which only the texts count: a table whatever the task of `--model`, or a file as that needs it. */
export const readTextData = async (path: string, settings: ModelDataSettings): Promise<DataSet> => {
  if (await isFolder(path)) return readModelData(path, settings);
  const text = await openText(path);
  if (!isTable(path, text)) return dataForModel(text, path, settings);
  const task = await taskOfModel(settings).catch(() => undefined); // what is wrong with the model is said later
  // A text without a label is one of its own; images stand in no table of texts.
  if (task && (takesLists(task) || dataKindOf(task).complete))
    return completed(dataForTask(text, path, task, settings), dirname(path));
  return sampleData(parse(text, path, textsData, { settings }), settings.limit, settings.seed);
};

export const noData: DataSet = { kind: textsData, examples: [] };

/** Sets a random share of a data set aside; texts keep their mix of labels, and questions of one context stay together. */
export const splitData = (
  data: DataSet,
  share: number,
  seed: number,
): { readonly rest: DataSet; readonly aside: DataSet } => {
  const { kind, examples } = data;
  const random = createRandom(seed);
  if (kind.split) {
    const { rest, aside } = kind.split(examples, share, random);
    return { rest: { kind, examples: rest }, aside: { kind, examples: aside } };
  }
  const keys = examples.map((example, i) => (kind.key ? kind.key(example) : i));
  const order = shuffled([...new Set(keys)], random);
  const chosen = new Set(order.slice(0, Math.max(1, Math.round(share * order.length))));
  const part = (isAside: boolean): DataSet => ({
    kind,
    examples: examples.filter((_, i) => chosen.has(keys[i]) === isAside),
  });
  return { rest: part(false), aside: part(true) };
};

/** What `training` of length_adaptive.json says. */
const trainedWith = ({ lengthAdaptive }: RunnableTextModel, key: string): number | undefined => {
  const value = lengthAdaptive?.training?.[key];
  return typeof value === 'number' ? value : undefined;
};

/** Tokens that inputs are cut to: as asked, else as the model was trained, else as is usual for the task; never beyond the positions table. */
export const maxLengthFor = (opened: RunnableTextModel, asked: number | undefined): number => {
  const { dimensions, task } = opened.model;
  const { positions } = dimensions;
  if (asked === undefined) return Math.min(trainedWith(opened, 'maxLength') ?? task.usualLength, positions);
  if (asked <= positions) return asked;
  throw new CliError(
    'INPUT_INVALID',
    `--max-length is ${asked} but the model has ${positions} positions; give at most ${positions}.`,
  );
};

/** Examples as the model takes them. */
export const encodeData = (opened: RunnableTextModel, data: DataSet, lengths: InputLengths): LabelledInput[] => {
  const { model, tokenizer } = opened;
  const { task } = model;
  if (data.examples.length === 0) return [];
  const kind = dataKindOf(task);
  if (data.kind.name !== kind.name)
    throw new CliError(
      'INPUT_INVALID',
      `The model does ${task.name} and needs ${kind.holds}; the file holds ${data.kind.holds}.`,
    );
  const named = kind.renamed?.(data.examples, (label) => modelLabel(label, task.labels)) ?? data.examples;
  return task.encode(tokenizer, named, lengths);
};

/** Examples as the model takes them, whether or not they have labels. */
export const inputsOf = (
  opened: RunnableTextModel,
  data: DataSet,
  { maxLength }: { readonly maxLength: number },
): readonly EncoderInput[] =>
  data.kind.inputs?.(opened.tokenizer, data.examples, maxLength) ??
  encodeData(opened, data, { maxLength }).map(({ input }) => input);

/** What an example is scored by beside its target, as text; empty where that is all. */
const judgedBy = ({ question, similarity, list, sentence, document }: LabelledInput): string => {
  const { id, answers } = question?.source ?? {}; // its context is in the tokens
  const parts = { id, answers, similarity, list, tags: sentence?.tags, document: document?.id };
  return Object.values(parts).every((part) => part === undefined) ? '' : JSON.stringify(parts);
};

/** What documents are searched by, as text. */
const searchText = ({ queries, judgements }: SearchedDocument['search']): string =>
  JSON.stringify([
    queries.map(({ id, input }) => [id, Array.from(input.ids)]),
    [...judgements].map(([id, scores]) => [id, [...scores]]),
  ]);

/** A digest of encoded examples, with all that they are scored by: a resumed run must see the same. */
export const digestOf = (...parts: readonly (readonly LabelledInput[])[]): string => {
  const hash = createHash('sha256');
  const searches = new Set<SearchedDocument['search']>(); // one object for all documents of a search
  for (const examples of parts) {
    for (const example of examples) {
      const { input, target, document } = example;
      hash.update(Float64Array.from([input.ids.length, ...Array.from(input.ids), target ?? []].flat()));
      if (input.pixels) hash.update(Float32Array.from(input.pixels));
      hash.update(judgedBy(example));
      if (document && !searches.has(document.search)) {
        searches.add(document.search);
        hash.update(searchText(document.search));
      }
    }
    hash.update('|');
  }
  return hash.digest('hex');
};
