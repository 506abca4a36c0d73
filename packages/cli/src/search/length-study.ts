import { departedAnswerOf, reducerRecord } from '@length-adaptive/models';
import type { DepartedAnswer, LabelledInput, ModelPrior, ReducerRecord, TowerName } from '@length-adaptive/models';
import type { SearchSettings } from './options.js';
import { digestOf } from '../data/data.js';
import type { OpenedModel } from '../engine/opened-model.js';
import { CliError } from '../context/errors.js';
import type { UsedEngine } from '../engine/used-engine.js';

/** Settings that say which examples of a file are searched on, and how they are read. */
const dataKeys = [
  'heldOutShare',
  'limit',
  'seed',
  'textColumn',
  'pairColumn',
  'labelColumn',
  'labelColumns',
  'labelSeparator',
  'header',
  'stride',
] as const;

type DataSettings = Pick<SearchSettings, (typeof dataKeys)[number]>;

const format = 'length-adaptive search 5';

/** Everything beside a configuration that its score depends on: what a search and its workers must agree about. */
export interface LengthStudy {
  readonly format: string;
  /** Source of the model, as it was given to the search; a path is looked for from the worker's folder. */
  readonly model: string;
  /** The adapter that is merged into it, likewise; null for the one beside its weights, if there is one. */
  readonly adapter: string | null;
  /** Of a model of two towers the one that is searched; null for that for images. */
  readonly tower: TowerName | null;
  /** The file of examples, likewise. */
  readonly data: string;
  readonly settings: Partial<DataSettings>;
  readonly maxLength: number;
  readonly metric: SearchSettings['metric'] | null;
  readonly engine: UsedEngine;
  /** What ranks tokens; null for attention. */
  readonly reducer: ReducerRecord | null;
  /** What is added to that; null for nothing. */
  readonly prior: ModelPrior | null;
  /** What tokens that left answer. */
  readonly departed: DepartedAnswer;
  /** Digest of the files of weights. */
  readonly weights: string;
  /** Digest of the examples, encoded. */
  readonly examples: string;
}

/** What a study is made of, beside the settings. */
export interface StudyParts {
  readonly opened: OpenedModel;
  readonly weights: string;
  readonly data: readonly LabelledInput[];
  readonly maxLength: number;
}

/** The study of a search. */
export const studyOf = (settings: SearchSettings, { opened, weights, data, maxLength }: StudyParts): LengthStudy => ({
  format,
  model: settings.model ?? '',
  adapter: settings.adapter ?? null,
  tower: settings.tower ?? null,
  data: settings.data ?? '',
  settings: Object.fromEntries(dataKeys.map((key) => [key, settings[key]])),
  maxLength,
  metric: settings.metric ?? null,
  engine: opened.used,
  reducer: reducerRecord(opened.model.reducer) ?? null,
  prior: opened.model.prior ?? null,
  departed: departedAnswerOf(opened.model.task),
  weights,
  examples: digestOf(data),
});

/** @throws CliError `STUDY_REFUSED` for a study of another version's search */
export const checkFormat = ({ format: given }: LengthStudy): void => {
  if (given !== format)
    throw new CliError(
      'STUDY_REFUSED',
      `The search asks for "${given}", its worker does "${format}": give both the same version of @length-adaptive/cli.`,
    );
};

/** @throws CliError `STUDY_REFUSED` when the weights or the examples of a worker are others than the search's */
export const checkDigests = (study: LengthStudy, own: Pick<LengthStudy, 'weights' | 'examples'>): void => {
  for (const [name, path, what] of [
    ['weights', study.model, 'weights of the model'],
    ['examples', study.data, 'examples'],
  ] as const) {
    if (own[name] === study[name]) continue;
    throw new CliError(
      'STUDY_REFUSED',
      `The ${what} that a worker finds at ${path} have the digest ${own[name]}, those of the search ${study[name]}. Give both the same files; this worker runs in ${process.cwd()}.`,
    );
  }
};
