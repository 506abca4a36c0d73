import type { EncoderInput } from '@length-adaptive/core';
import { greatestPrior } from '@length-adaptive/core/encoder';
import { ModelError } from '../errors.js';
import { firstText } from './first-text.js';
import { secondText } from './second-text.js';
import { greatestWindow, questionOverlap, usualWindow } from './question-overlap.js';
import type { PriorName } from '../tasks/prior-name.js';
import type { Task } from '../tasks/task.js';

/** A prior, as `length_adaptive.json` says it in its field `prior`. */
export interface PriorSettings {
  /** `none` says that there is no prior where the task would bring one. */
  readonly name: PriorName;
  /** It ranks in this many first layers. Default all of them; `question-overlap` where answers are places in the context (spans): two thirds. */
  readonly layers?: number | undefined;
  /** `question-overlap`: tokens on either side of a word of the question that gain from it, 1 to 64. Default 24. */
  readonly window?: number | undefined;
}

/** The prior of one model. */
export interface ModelPrior {
  readonly name: Exclude<PriorName, 'none'>;
  readonly layers: number;
  readonly window?: number;
}

const known: readonly PriorName[] = ['question-overlap', 'first-text', 'second-text', 'given', 'none'];

/** Whether a name is that of a prior. */
export const isPriorName = (name: string): name is PriorName => name !== 'none' && known.some((own) => own === name);

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** What is wrong with the settings of a prior; undefined when nothing is. */
export const priorProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return 'is not an object such as { "name": "question-overlap" }';
  const { name, layers, window } = value as Readonly<Record<string, unknown>>;
  if (!known.some((own) => own === name))
    return `has the name ${JSON.stringify(name)}; this release knows ${known.map((own) => JSON.stringify(own)).join(', ')}`;
  if (layers !== undefined && !isWhole(layers, 1, Infinity))
    return `has layers ${JSON.stringify(layers)}, expected a whole number from 1`;
  if (window !== undefined && !isWhole(window, 1, greatestWindow))
    return `has window ${JSON.stringify(window)}, expected a whole number from 1 to ${greatestWindow}`;
  return undefined;
};

/** The prior that is asked for by name or in full, else the one that the model's file names, else the task's own; undefined for none. */
export const choosePrior = (
  asked: PriorName | PriorSettings | undefined,
  saved: PriorSettings | undefined,
  { prior: usual }: Pick<Task, 'prior'> = {},
): PriorSettings | undefined => {
  const chosen = asked ?? saved ?? usual;
  if (chosen === undefined) return undefined;
  const { name } = typeof chosen === 'string' ? { name: chosen } : chosen;
  if (name === 'none') return undefined;
  if (typeof chosen !== 'string') return chosen;
  return saved?.name === name ? saved : { name };
};

/** What must be known of a model to give it a prior. */
interface PriorContext {
  readonly task: Pick<Task, 'name' | 'asksQuestions' | 'pair' | 'readout'>;
  readonly layers: number;
  /** Whether the reducer has nothing else to rank by: then it counts in all layers, and must. Default false. */
  readonly needed?: boolean | undefined;
}

/** Why a task has no use for a prior, in the middle of a sentence; undefined where it has. */
const misfit = (name: PriorName, { asksQuestions, pair }: PriorContext['task']): string | undefined => {
  if (name === 'given') return undefined;
  if (name === 'question-overlap')
    return asksQuestions ? undefined : 'ranks the tokens of a context by the words of its question';
  return pair === 'none'
    ? `ranks the tokens of the ${name === 'first-text' ? 'second' : 'first'} of two texts`
    : undefined;
};

/**
 * Fills in what the settings of a prior leave open for a model.
 *
 * @throws ModelError `OPTION_INVALID` for a task that has no use for it, or for more layers than the model has
 */
export const resolvePrior = (
  settings: PriorSettings | undefined,
  { task, layers: count, needed = false }: PriorContext,
): ModelPrior | undefined => {
  if (settings === undefined) return undefined;
  const problem = priorProblem(settings);
  if (problem !== undefined) throw new ModelError('OPTION_INVALID', `The prior ${problem}.`);
  const { name } = settings;
  if (name === 'none') return undefined;
  const why = misfit(name, task);
  if (why !== undefined)
    throw new ModelError('OPTION_INVALID', `The prior ${name} ${why}, and this model does ${task.name}; choose none.`);
  const yields = name === 'question-overlap' && !needed && task.readout.pool === 'none'; // last layers know better where the answer is
  const usual = yields ? Math.max(1, Math.round((2 * count) / 3)) : count;
  const { layers = usual, window = usualWindow } = settings;
  if (layers > count)
    throw new ModelError(
      'OPTION_INVALID',
      `The prior ${name} is to rank in ${layers} layers, and this model has ${count}; give at most ${count}.`,
    );
  return { name, layers, ...(name === 'question-overlap' && { window }) };
};

/** What a prior says of one input by itself. */
const priorOf = (prior: ModelPrior, input: EncoderInput): Float32Array => {
  if (prior.name === 'question-overlap') return questionOverlap(input, prior);
  return prior.name === 'first-text' ? firstText(input) : secondText(input);
};

/** What is said of the tokens of an input by the model's prior, and by the caller. */
const together = (prior: ModelPrior, input: EncoderInput): EncoderInput['prior'] => {
  const { prior: given } = input;
  if (prior.name === 'given') return given;
  const own = priorOf(prior, input);
  return given === undefined ? own : own.map((value, token) => Math.min(greatestPrior, value + (given[token] ?? 0)));
};

/** Inputs with what a model's prior knows of them before the encoder runs, on top of what the caller said. */
export const withPriors = (prior: ModelPrior | undefined, inputs: readonly EncoderInput[]): readonly EncoderInput[] =>
  prior ? inputs.map((input) => ({ ...input, prior: together(prior, input) })) : inputs;
