import type { EncoderInput } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import { greatestWindow, questionOverlap, usualWindow } from './question-overlap.js';
import type { Task } from '../tasks/task.js';

/**
 * What ranks the tokens of a model:
 *
 * - `attention`: the attention that they receive, as published;
 * - `question-overlap`: in the first layers, where attention does not yet know where an answer is, nearness to the words of the
 *   question; attention after that. For question answering only.
 */
export type ReducerName = 'attention' | 'question-overlap';

/** A reducer other than attention, as `length_adaptive.json` says it. */
export interface ReducerSettings {
  readonly name: 'question-overlap';
  /** It ranks in this many first layers. Default two thirds of the layers. */
  readonly layers?: number | undefined;
  /** Tokens on either side of a word of the question that gain from it, 1 to 64. Default 24. */
  readonly window?: number | undefined;
}

/** The reducer of one model. */
export type ModelReducer = { readonly [Key in keyof ReducerSettings]-?: NonNullable<ReducerSettings[Key]> };

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** What is wrong with reducer settings; undefined when nothing is. */
export const reducerProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'is not an object such as { "name": "question-overlap" }';
  const { name, layers, window } = value as Readonly<Record<string, unknown>>;
  if (name !== 'question-overlap')
    return `has the name ${JSON.stringify(name)}; this release knows "question-overlap", and attention where there is none`;
  if (layers !== undefined && !isWhole(layers, 1, Infinity))
    return `has layers ${JSON.stringify(layers)}, expected a whole number from 1`;
  if (window !== undefined && !isWhole(window, 1, greatestWindow))
    return `has window ${JSON.stringify(window)}, expected a whole number from 1 to ${greatestWindow}`;
  return undefined;
};

/** The reducer that is asked for by name or in full, else the one that the model's file names; undefined for attention. */
export const chooseReducer = (
  asked: ReducerName | ReducerSettings | undefined,
  saved: ReducerSettings | undefined,
): ReducerSettings | undefined => {
  if (asked === undefined) return saved;
  if (asked === 'attention') return undefined;
  if (asked !== 'question-overlap') return asked;
  return saved?.name === asked ? saved : { name: asked };
};

/**
 * Fills in what reducer settings leave open for a model.
 *
 * @throws ModelError `OPTION_INVALID` for another task than question answering, or for more layers than the model has
 */
export const resolveReducer = (
  settings: ReducerSettings | undefined,
  { task, layers: count }: { readonly task: Pick<Task, 'name'>; readonly layers: number },
): ModelReducer | undefined => {
  if (settings === undefined) return undefined;
  const problem = reducerProblem(settings);
  if (problem !== undefined) throw new ModelError('OPTION_INVALID', `The reducer ${problem}.`);
  const { name, layers = Math.max(1, Math.round((2 * count) / 3)), window = usualWindow } = settings;
  if (task.name !== 'question-answering') {
    throw new ModelError(
      'OPTION_INVALID',
      `The reducer ${name} ranks the tokens of a context by the words of its question, and this model does ${task.name}; choose attention.`,
    );
  }
  if (layers > count)
    throw new ModelError(
      'OPTION_INVALID',
      `The reducer ${name} is to rank in ${layers} layers, and this model has ${count}; give at most ${count}.`,
    );
  return { name, layers, window };
};

/** Inputs with what a model's reducer knows of them before the encoder runs. */
export const withPriors = (
  reducer: ModelReducer | undefined,
  inputs: readonly EncoderInput[],
): readonly EncoderInput[] =>
  reducer ? inputs.map((input) => ({ ...input, prior: questionOverlap(input, reducer) })) : inputs;
