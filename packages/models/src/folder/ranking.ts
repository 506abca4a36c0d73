/** What ranks a model's tokens, as options and folders say it: a reducer, and a prior that is added to it. */
import type { NamedReducer, Reducer } from '@length-adaptive/core/encoder';
import {
  attentionReducer,
  findReducer,
  isRegisteredReducer,
  namedReducer,
  needsPrior,
  reducerKey,
} from '@length-adaptive/core/encoder';
import { ModelError, messageOf } from '../errors.js';
import type { PriorName } from '../tasks/prior-name.js';
import type { ModelPrior, PriorSettings } from '../priors/prior-settings.js';
import { choosePrior, isPriorName } from '../priors/prior-settings.js';
import type { DepartedAnswer } from '../tasks/departed-answer.js';
import { departedAnswerOf } from '../tasks/departed-answer.js';
import type { Task } from '../tasks/task.js';
import type { LengthAdaptiveFile, ReducerRecord } from './length-adaptive-file.js';
import { lengthAdaptiveFileName } from './length-adaptive-file.js';
import { namedRecord } from './named-record.js';

/** The name of a reducer: of this release, or registered (`registerReducer`). */
export type ReducerName =
  'attention' | 'cls-attention' | 'tome' | 'pool' | 'fuse' | 'token-pooling' | 'skim' | 'prior' | (string & {});

/** A reducer by its name, by its name with settings (`tome;unmerge=own`, or a record), or itself. */
export type ReducerChoice = ReducerName | ReducerRecord | Reducer;

/** What is asked for; what is not, the folder says. */
export interface RankingOptions {
  readonly reducer?: ReducerChoice | undefined;
  readonly prior?: PriorName | PriorSettings | undefined;
  /** What a token that left answers, where each answers for itself. */
  readonly departed?: DepartedAnswer | undefined;
}

/** What ranks the tokens of a model. */
export interface Ranking {
  readonly reducer: NamedReducer;
  readonly prior?: ModelPrior | undefined;
}

/** What was chosen of it, for a model that is still to be opened. */
export interface ChosenRanking<Chosen> {
  readonly reducer: Chosen;
  readonly prior: PriorSettings | undefined;
  readonly departed: DepartedAnswer | undefined;
}

const isReducer = (choice: ReducerRecord | Reducer): choice is Reducer => typeof choice['score'] === 'function';

/** Options of the days when priors were called reducers. */
const checkNoPrior = (name: string): void => {
  if (!isPriorName(name)) return;
  throw new ModelError(
    'OPTION_INVALID',
    `"${name}" is a prior, which is added to what a reducer says, and no reducer; write prior: "${name}" (on the command line --prior ${name}).`,
  );
};

const chooseSaved = (saved: ReducerRecord | undefined): Reducer => {
  if (saved === undefined) return attentionReducer();
  const { name, ...settings } = saved;
  try {
    return findReducer(name, settings);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw new ModelError(
      code === 'REDUCER_UNKNOWN' ? 'REDUCER_UNKNOWN' : 'FILE_INVALID',
      `${lengthAdaptiveFileName}: ${messageOf(error)}`,
      { cause: error },
    );
  }
};

/** `fuse;weight=significance;unmerge=own` as a name with settings: numbers, true and false as such, all else as text. */
const parseReducer = (text: string): ReducerRecord => {
  const [name = '', ...settings] = text.split(';').map((part) => part.trim());
  const pairs = settings.map((setting): [string, unknown] => {
    const [key = '', value] = setting.split('=').map((part) => part.trim());
    if (key === '' || value === undefined || value === '')
      throw new ModelError(
        'OPTION_INVALID',
        `The reducer "${text}" has the setting "${setting}"; expected NAME;SETTING=VALUE, such as tome;unmerge=own.`,
      );
    return [key, /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? (JSON.parse(value) as unknown) : value];
  });
  return { ...Object.fromEntries(pairs), name };
};

/**
 * Refuses a reducer whose tokens return with what they went into, for a task whose answer is one of the tokens.
 *
 * @throws ModelError `OPTION_INVALID`
 */
export const checkReducerFor = (
  { name: task, distribution }: Pick<Task, 'name' | 'distribution'>,
  { name, merge }: Reducer,
): void => {
  if (distribution !== 'tokens' || merge?.unmerge !== 'group') return;
  throw new ModelError(
    'OPTION_INVALID',
    `The task ${task} cannot take the reducer ${name} with unmerge "group": its answer is some of the tokens, and those that became one return with one state, which tells none from another. Take attention, which loses least here, or the last states that tokens had of their own: { "name": "${name}", "unmerge": "own" }, on the command line --reducer "${name};unmerge=own".`,
  );
};

/**
 * The reducer that is asked for, else the one that a model's folder names, else attention.
 *
 * @throws CoreError `REDUCER_UNKNOWN`, `OPTION_INVALID` for settings; ModelError `REDUCER_UNKNOWN`, `FILE_INVALID` for what the folder says,
 * `OPTION_INVALID` for a prior
 */
export const chooseReducer = (asked: ReducerChoice | undefined, saved: ReducerRecord | undefined): Reducer => {
  if (asked === undefined) return chooseSaved(saved);
  if (typeof asked === 'string') {
    if (asked.includes(';')) return chooseReducer(parseReducer(asked), saved);
    checkNoPrior(asked);
    return saved?.name === asked ? chooseSaved(saved) : findReducer(asked);
  }
  if (isReducer(asked)) return asked;
  const { name, ...settings } = asked;
  checkNoPrior(name);
  return findReducer(name, settings);
};

/**
 * The prior of a reducer that ranks by nothing else: in all layers, whatever a folder says that was written for another, and that of the caller where nobody
 * names one.
 */
const forAlone = (asked: RankingOptions['prior'], chosen: PriorSettings | undefined): PriorSettings => {
  if (chosen === undefined) return { name: 'given' };
  if (typeof asked === 'object') return chosen; // layers that are asked for stay what they are
  const { layers: _, ...settings } = chosen;
  return settings;
};

/**
 * The prior that a folder says. Where it names none, and has points or cascades, these were measured without one, before tasks brought their own: whoever opens it
 * ranks as they were measured.
 */
const savedPrior = (file: LengthAdaptiveFile | undefined): PriorSettings | undefined => {
  const isMeasured = file !== undefined && (file.paretoSet.length > 0 || file['rerank'] !== undefined);
  return file?.prior ?? (isMeasured ? { name: 'none' } : undefined);
};

/**
 * What ranks the tokens of a model whose folder says `file`, where `asked` asks for nothing else.
 *
 * @param task what brings a prior of its own where nobody says which, and the folder has nothing that was measured without it
 * @throws as `chooseReducer` does
 */
export const chooseRanking = (
  { reducer, prior, departed }: RankingOptions,
  file: LengthAdaptiveFile | undefined,
  task: Pick<Task, 'prior'> = {},
): ChosenRanking<Reducer> => {
  const chosen = chooseReducer(reducer, savedReducer(file));
  const known = choosePrior(prior, savedPrior(file), task);
  return {
    reducer: chosen,
    prior: chosen.needsPrior ? forAlone(prior, known) : known,
    departed: departed ?? file?.departed,
  };
};

/**
 * The same by name, for models that are compiled with what ranks their tokens: a reducer that only the folder names need not be registered.
 *
 * @returns no reducer where nobody names one
 * @throws as `chooseReducer` does, for what is asked for
 */
export const nameRanking = (
  { reducer, prior, departed }: RankingOptions,
  file: LengthAdaptiveFile | undefined,
): ChosenRanking<NamedReducer | undefined> => {
  const saved = savedReducer(file);
  const asksForSaved = reducer === undefined || reducer === saved?.name;
  const known = choosePrior(prior, file?.prior);
  const chosen = asksForSaved ? saved && namedRecord(saved) : namedReducer(chooseReducer(reducer, saved));
  return {
    reducer: chosen,
    prior: chosen && needsPrior(chosen) ? forAlone(prior, known) : known,
    departed: departed ?? file?.departed,
  };
};

/** A reducer as a folder says it; undefined for attention, which is what a folder that says nothing means. */
export const reducerRecord = (reducer: NamedReducer): ReducerRecord | undefined =>
  reducerKey(reducer) === reducerKey(attentionReducer()) ? undefined : { ...reducer.settings, name: reducer.name };

/** What a folder says of its reducer. */
export const savedReducer = (file: LengthAdaptiveFile | undefined): ReducerRecord | undefined => file?.reducer;

/** What is known of a model, with what ranks its tokens in it; undefined where nothing is known and attention ranks alone. */
export const withRanking = (
  file: LengthAdaptiveFile | undefined,
  { reducer, prior: own, task }: Ranking & { readonly task?: Pick<Task, 'prior' | 'readout'> | undefined },
): LengthAdaptiveFile | undefined => {
  const record = reducerRecord(reducer);
  const prior = own ?? (task?.prior && { name: 'none' as const }); // a folder that says nothing has the task's own
  const answer = task && departedAnswerOf(task);
  const departed = answer === 'majority' || file?.departed !== undefined ? answer : undefined;
  if (!file && !prior && !record && !departed) return undefined;
  const {
    prior: _,
    reducer: __,
    departed: ___,
    ...rest
  } = file ?? { format: 'length-adaptive', version: 2, paretoSet: [] };
  return { ...rest, ...(record && { reducer: record }), ...(prior && { prior }), ...(departed && { departed }) };
};

/**
 * Refuses a reducer that its name would not give again.
 *
 * @throws ModelError `OPTION_INVALID`
 */
export const checkSavable = (reducer: Reducer): void => {
  if (isRegisteredReducer(reducer)) return;
  throw new ModelError(
    'OPTION_INVALID',
    `The model's tokens are ranked by the reducer "${reducer.name}", an object that its name does not give again: whoever opens the folder would not find it. Register its definition (registerReducer) and open the model with its name, or save the model with another.`,
  );
};
