import { createHash } from 'node:crypto';
import { createRandom, shuffled } from '@length-adaptive/core';
import type { EncoderInput } from '@length-adaptive/core';
import type {
  Example,
  LabelKind,
  LabelledInput,
  Question,
  ReadExamplesOptions,
  RunnableTextModel,
  TaggedSentence,
  Task,
} from '@length-adaptive/models';
import {
  ModelError,
  dataFormatOf,
  encodeExamples,
  encodeQuestions,
  encodeSentences,
  isJsonList,
  isMultiLabelTask,
  openText,
  parseConll,
  parseExamples,
  parseSquad,
  readModelFiles,
  splitExamples,
  taskOf,
} from '@length-adaptive/models';
import { CliError } from '../context/errors.js';
import { required } from '../context/settings.js';
import type { TaskChoice } from './task-names.js';
import { taskChoiceOf } from './task-names.js';

/** What a data file holds: labelled texts, questions with their contexts (SQuAD), or sentences with a tag a word (CoNLL). */
export type DataSet =
  | { readonly kind: 'texts'; readonly examples: readonly Example[] }
  | { readonly kind: 'questions'; readonly examples: readonly Question[] }
  | { readonly kind: 'sentences'; readonly examples: readonly TaggedSentence[] };

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

/** What a file holds, by its name and its first characters: for training, where no model says it. */
const kindOf = (path: string, text: string): DataSet['kind'] => {
  const format = dataFormatOf(path);
  if (format === 'conll') return 'sentences';
  return format === 'json' && /^\ufeff?\s*\{\s*("data"\s*:\s*\[|"version"\s*:)/.test(text) ? 'questions' : 'texts';
};

const kindOfTask: Readonly<Record<TaskChoice, DataSet['kind']>> = {
  classification: 'texts',
  'multi-label-classification': 'texts',
  regression: 'texts',
  'question-answering': 'questions',
  'token-classification': 'sentences',
};

const kindFor = (task: Task): DataSet['kind'] => kindOfTask[taskChoiceOf(task.name)];

/** What the labels of texts are, where a task says it. */
const labelKinds: Readonly<Partial<Record<TaskChoice, LabelKind>>> = {
  classification: 'classification',
  regression: 'regression',
  'multi-label-classification': 'multi-label',
};

const kindNames: Readonly<Record<DataSet['kind'], string>> = {
  texts: 'texts with labels',
  questions: 'questions with contexts (SQuAD JSON)',
  sentences: 'sentences with a tag a word (CoNLL)',
};

/** A data set without examples, or with others of the same kind. */
const withExamples = (data: DataSet, keep: <Item>(items: readonly Item[]) => readonly Item[]): DataSet => {
  if (data.kind === 'texts') return { kind: data.kind, examples: keep(data.examples) };
  if (data.kind === 'questions') return { kind: data.kind, examples: keep(data.examples) };
  return { kind: data.kind, examples: keep(data.examples) };
};

/** A random sample of the examples of a data set, in their order. */
export const sampleData = (data: DataSet, limit: number | undefined, seed: number): DataSet =>
  withExamples(data, (items) => sample(items, limit, seed));

const parse = (text: string, path: string, kind: DataSet['kind'], options: ReadExamplesOptions): DataSet => {
  if (kind === 'questions') return { kind, examples: parseSquad(text, path) };
  if (kind === 'sentences') return { kind, examples: parseConll(text, path) };
  return { kind, examples: parseExamples(text, path, options) };
};

/** Reads a data file; with `--limit` a random sample of its examples. What it holds follows from the task, or else from the file. */
export const readData = async (path: string, settings: DataSettings, task?: TaskChoice): Promise<DataSet> => {
  const text = await openText(path);
  const labels = task && labelKinds[task] ? { task: labelKinds[task] } : {};
  const data = parse(text, path, task ? kindOfTask[task] : kindOf(path, text), { ...columnsOf(settings), ...labels });
  return sampleData(data, settings.limit, settings.seed);
};

type ModelDataSettings = DataSettings & { readonly model: string | undefined };

/** The task in the config.json of `--model`. */
const taskOfModel = async ({ model }: ModelDataSettings): Promise<Task> =>
  taskOf((await readModelFiles(required(model, 'model'))).config);

const dataForTask = (text: string, path: string, task: Task, settings: ModelDataSettings): DataSet => {
  const kind = kindFor(task);
  try {
    const labels = isMultiLabelTask(task) ? { task: 'multi-label' as const } : {};
    return sampleData(parse(text, path, kind, { ...columnsOf(settings), ...labels }), settings.limit, settings.seed);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'DATA_INVALID') throw error;
    throw new ModelError(error.code, `${error.message} The model does ${task.name} and needs ${kindNames[kind]}.`, {
      cause: error,
    });
  }
};

const dataForModel = async (text: string, path: string, settings: ModelDataSettings): Promise<DataSet> => {
  const task = await taskOfModel(settings).catch((error: unknown) => {
    parse(text, path, kindOf(path, text), columnsOf(settings)); // a file that is wrong says so first
    throw error;
  });
  return dataForTask(text, path, task, settings);
};

/** Reads a data file for the trained model of `--model`, as its task needs it: the name of the file does not matter. */
export const readModelData = async (path: string, settings: ModelDataSettings): Promise<DataSet> =>
  dataForModel(await openText(path), path, settings);

/** Whether a file holds a table by its name: texts for any task, where labels do not matter. */
const isTable = (path: string, text: string): boolean => {
  const format = dataFormatOf(path);
  return format === 'json' ? isJsonList(text) : format !== undefined && format !== 'conll';
};

/** Reads a data file of which only the texts count: a table whatever the task of `--model`, or a file as that needs it. */
export const readTextData = async (path: string, settings: ModelDataSettings): Promise<DataSet> => {
  const text = await openText(path);
  if (!isTable(path, text)) return dataForModel(text, path, settings);
  const task = await taskOfModel(settings).catch(() => undefined); // what is wrong with the model is said later
  if (task && isMultiLabelTask(task)) return dataForTask(text, path, task, settings); // a text without a label is one of its own
  return sampleData(parse(text, path, 'texts', columnsOf(settings)), settings.limit, settings.seed);
};

export const noData: DataSet = { kind: 'texts', examples: [] };

/** Sets a random share of a data set aside; texts keep their mix of labels, and questions of one context stay together. */
export const splitData = (
  data: DataSet,
  share: number,
  seed: number,
): { readonly rest: DataSet; readonly aside: DataSet } => {
  const random = createRandom(seed);
  if (data.kind === 'texts') {
    const { rest, aside } = splitExamples(data.examples, { rest: 1 - share, aside: share }, { random: random.uniform });
    return { rest: { ...data, examples: rest }, aside: { ...data, examples: aside } };
  }
  const keys: readonly unknown[] =
    data.kind === 'questions' ? data.examples.map(({ context }) => context) : [...data.examples.keys()];
  const order = shuffled([...new Set(keys)], random);
  const chosen = new Set(order.slice(0, Math.max(1, Math.round(share * order.length))));
  const part = (isAside: boolean): DataSet =>
    withExamples(data, (items) => items.filter((_, i) => chosen.has(keys[i]) === isAside));
  return { rest: part(false), aside: part(true) };
};

/** A label as a model with these labels calls it: one whose labels have no names calls class 1 `LABEL_1`, where data sets call it `1`. */
export const modelLabel = (label: string, labels: readonly string[]): string =>
  /^\d+$/.test(label) && labels.length > 0 && labels.every((own) => /^LABEL_\d+$/.test(own)) ? `LABEL_${label}` : label;

const withModelNames = (examples: readonly Example[], labels: readonly string[]): readonly Example[] =>
  examples.map((example) => {
    if (example.labels) return { ...example, labels: example.labels.map((label) => modelLabel(label, labels)) };
    const label = modelLabel(String(example.label), labels);
    return label === String(example.label) ? example : { ...example, label };
  });

/** What `training` of length_adaptive.json says. */
const trainedWith = ({ lengthAdaptive }: RunnableTextModel, key: string): number | undefined => {
  const value = lengthAdaptive?.training?.[key];
  return typeof value === 'number' ? value : undefined;
};

/** Tokens that inputs are cut to: as asked, else as the model was trained, else 384 for question answering and 128 for all else; never beyond the positions table. */
export const maxLengthFor = (opened: RunnableTextModel, asked: number | undefined): number => {
  const { dimensions, task } = opened.model;
  const { positions } = dimensions;
  if (asked === undefined)
    return Math.min(trainedWith(opened, 'maxLength') ?? (task.name === 'question-answering' ? 384 : 128), positions);
  if (asked <= positions) return asked;
  throw new CliError(
    'INPUT_INVALID',
    `--max-length is ${asked} but the model has ${positions} positions; give at most ${positions}.`,
  );
};

/** Lengths that examples are made into inputs with. */
export interface InputLengths {
  readonly maxLength: number;
  /** Tokens that the windows of a question share. Default: a third of a window, at most 128. */
  readonly stride?: number | undefined;
}

/** Examples as the model takes them. */
export const encodeData = (
  opened: RunnableTextModel,
  data: DataSet,
  { maxLength, stride }: InputLengths,
): LabelledInput[] => {
  const { model, tokenizer } = opened;
  const { task } = model;
  if (data.examples.length === 0) return [];
  if (data.kind !== kindFor(task)) {
    throw new CliError(
      'INPUT_INVALID',
      `The model does ${task.name} and needs ${kindNames[kindFor(task)]}; the file holds ${kindNames[data.kind]}.`,
    );
  }
  if (data.kind === 'questions')
    return encodeQuestions(tokenizer, data.examples, { maxLength, ...(stride !== undefined && { stride }) });
  if (data.kind === 'sentences') return encodeSentences(tokenizer, task, data.examples, { maxLength });
  return encodeExamples(tokenizer, task, withModelNames(data.examples, task.labels), { maxLength });
};

/** Examples as the model takes them, whether or not they have labels. */
export const inputsOf = (opened: RunnableTextModel, data: DataSet, lengths: InputLengths): EncoderInput[] => {
  if (data.kind !== 'texts') return encodeData(opened, data, lengths).map(({ input }) => input);
  return data.examples.map(({ text, pair }) => opened.tokenizer.encode(text, pair, { maxLength: lengths.maxLength }));
};

/** A digest of encoded examples: a resumed run must see the same. */
export const digestOf = (...parts: readonly (readonly LabelledInput[])[]): string => {
  const hash = createHash('sha256');
  for (const examples of parts) {
    for (const { input, target } of examples)
      hash.update(Float64Array.from([input.ids.length, ...Array.from(input.ids), target].flat()));
    hash.update('|');
  }
  return hash.digest('hex');
};
