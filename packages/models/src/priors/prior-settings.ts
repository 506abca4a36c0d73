import type { EncoderInput } from '@length-adaptive/core';
import { ModelError } from '../errors.js';
import { greatestWindow, questionOverlap, usualWindow } from './question-overlap.js';
import type { Task } from '../tasks/task.js';

/**
 * What an input says of its tokens beforehand, which is added to what a reducer scores them by:
 *
 * - `none`: nothing; the reducer ranks alone;
 * - `question-overlap`: in the first layers, where attention does not yet know where an answer is, nearness to the words of the
 *   question; the reducer alone after that. For question answering only.
 */
export type PriorName = 'none' | 'question-overlap';

/** A prior, as `length_adaptive.json` says it in its field `prior`. */
export interface PriorSettings {
  readonly name: 'question-overlap';
  /** It ranks in this many first layers. Default two thirds of the layers. */
  readonly layers?: number | undefined;
  /** Tokens on either side of a word of the question that gain from it, 1 to 64. Default 24. */
  readonly window?: number | undefined;
}

/** The prior of one model. */
export type ModelPrior = { readonly [Key in keyof PriorSettings]-?: NonNullable<PriorSettings[Key]> };

/** Whether a name is that of a prior. */
export const isPriorName = (name: string): name is PriorSettings['name'] => name === 'question-overlap';

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** What is wrong with the settings of a prior; undefined when nothing is. */
export const priorProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'is not an object such as { "name": "question-overlap" }';
  const { name, layers, window } = value as Readonly<Record<string, unknown>>;
  if (name !== 'question-overlap') return `has the name ${JSON.stringify(name)}; this release knows "question-overlap"`;
  if (layers !== undefined && !isWhole(layers, 1, Infinity))
    return `has layers ${JSON.stringify(layers)}, expected a whole number from 1`;
  if (window !== undefined && !isWhole(window, 1, greatestWindow))
    return `has window ${JSON.stringify(window)}, expected a whole number from 1 to ${greatestWindow}`;
  return undefined;
};

/** The prior that is asked for by name or in full, else the one that the model's file names; undefined for none. */
export const choosePrior = (
  asked: PriorName | PriorSettings | undefined,
  saved: PriorSettings | undefined,
): PriorSettings | undefined => {
  if (asked === undefined) return saved;
  if (asked === 'none') return undefined;
  if (asked !== 'question-overlap') return asked;
  return saved?.name === asked ? saved : { name: asked };
};

/**
 * Fills in what the settings of a prior leave open for a model.
 *
 * @throws ModelError `OPTION_INVALID` for another task than question answering, or for more layers than the model has
 */
export const resolvePrior = (
  settings: PriorSettings | undefined,
  { task, layers: count }: { readonly task: Pick<Task, 'name' | 'asksQuestions'>; readonly layers: number },
): ModelPrior | undefined => {
  if (settings === undefined) return undefined;
  const problem = priorProblem(settings);
  if (problem !== undefined) throw new ModelError('OPTION_INVALID', `The prior ${problem}.`);
  const { name, layers = Math.max(1, Math.round((2 * count) / 3)), window = usualWindow } = settings;
  if (!task.asksQuestions) {
    throw new ModelError(
      'OPTION_INVALID',
      `The prior ${name} ranks the tokens of a context by the words of its question, and this model does ${task.name}; choose none.`,
    );
  }
  if (layers > count)
    throw new ModelError(
      'OPTION_INVALID',
      `The prior ${name} is to rank in ${layers} layers, and this model has ${count}; give at most ${count}.`,
    );
  return { name, layers, window };
};

/** Inputs with what a model's prior knows of them before the encoder runs. */
export const withPriors = (prior: ModelPrior | undefined, inputs: readonly EncoderInput[]): readonly EncoderInput[] =>
  prior ? inputs.map((input) => ({ ...input, prior: questionOverlap(input, prior) })) : inputs;
