import { pointCost, pointKey } from '@length-adaptive/core/lengths';
import type { OperatingPoint } from '@length-adaptive/core';
import type { Prediction } from '@length-adaptive/models';
import { costOptionsOf } from '@length-adaptive/models/engine';
import { pointsWithin } from '@length-adaptive/models/predict';
import type { ServerError } from '../errors.js';
import type { Choice, Choices } from '../planning/choices.js';
import type { ModelFacts } from '../pool/thread-messages.js';
import type { InferenceRequest, InferenceResult } from '../request.js';

/** MACs of an input of so many tokens. */
export type MacsOf = (tokens: number, point: OperatingPoint) => number;

export const macsOf = ({ dimensions, head }: Pick<ModelFacts, 'dimensions' | 'head'>): MacsOf => {
  const costOptions = costOptionsOf(dimensions, head);
  return (tokens, point) => pointCost(dimensions, point, tokens, costOptions);
};

/**
 * What an input takes, counted in MACs of the model's own weights, so that it tells how long: those in other bits run at another pace. Costs are shares
 * of plain MACs.
 */
export const workOf = (facts: Pick<ModelFacts, 'dimensions' | 'head' | 'pace'>): MacsOf => {
  const macs = macsOf(facts);
  return (tokens, point) => macs(tokens, point) * (facts.pace?.[point.bits ?? 0] ?? 1);
};

/** A request on its way: some of its texts wait, some are being computed, some are done. */
export interface Job {
  readonly request: InferenceRequest;
  readonly priority: number;
  /** Order of arrival. */
  readonly number: number;
  readonly arrived: number;
  /** When the answer has to be there, by its latency budget; Infinity without one. */
  readonly due: number;
  readonly choices: Choices;
  /** What it would run at if nothing else were there. */
  readonly alone: Choice;
  /** How long it was expected to wait when it came; set by who lets it in. */
  expectedWaitMs: number;
  /** Whether it had to wait for its turn when it came; set by who lets it in. */
  waits: boolean;
  /** Guessed tokens of each text, and the index of the best choice that its bound on cost allows at them; Infinity without one. */
  readonly tokens: readonly number[];
  readonly affordable: readonly number[];
  /** Work of all its texts under each ceiling of the Pareto set. */
  readonly workUnder: readonly number[];
  /** Numbers of the texts that wait, ascending. */
  readonly waiting: number[];
  /** Set when its first text begins: the best that any of its texts runs at. Under a bound on cost each runs at the best that it can afford. */
  choice: Choice | undefined;
  /** Whether one that came later went first. */
  overtaken: boolean;
  /** Whether a thread died while it ran: it is tried once more, in a batch of its own. */
  crashed: boolean;
  /** By the number of the text. */
  readonly predictions: Map<number, Prediction>;
  readonly refused: Map<number, ServerError>;
  unanswered: number;
  /** When its last batch began, and what its batches took. */
  begun: number;
  computeMs: number;
  settled: boolean;
  readonly done: Promise<InferenceResult>;
  /** @param failure undefined: all texts are answered, or refused for themselves */
  settle(failure?: ServerError): void;
}

/** What is known of a job when it comes. */
export type NewJob = Pick<
  Job,
  'request' | 'priority' | 'number' | 'arrived' | 'due' | 'choices' | 'alone' | 'tokens' | 'affordable' | 'workUnder'
>;

/** What the texts of a job are planned by. */
export type Planned = Pick<Job, 'choices' | 'waiting' | 'tokens' | 'affordable'>;

/** The index of the best choice that a text of so many tokens can afford: Infinity without a bound on cost, -1 where nothing is within it. */
export const bestAffordable = ({ allowed, cost: bound }: Choices, tokens: number, macs: MacsOf): number => {
  if (bound === undefined) return Infinity;
  const whole = macs(tokens, {});
  const costOf = (point: OperatingPoint): number => macs(tokens, point) / whole;
  return pointsWithin(allowed, { cost: bound }, { costOf }).at(-1)?.index ?? -1;
};

/** What a text is expected to run at, as its job runs at `top` at most; where it can afford nothing, the cheapest stands for it. */
export const choiceOfText = (
  { choices: { allowed }, affordable }: Pick<Job, 'choices' | 'affordable'>,
  text: number,
  top: Choice,
): Choice => {
  const most = affordable[text] ?? Infinity;
  if (top.index <= most) return top;
  return allowed.filter(({ index }) => index <= most).at(-1) ?? (allowed[0] as Choice);
};

/** Work of the texts of a job that wait. */
export const waitingWork = (job: Planned, top: Choice, work: MacsOf): number =>
  job.waiting.reduce((sum, text) => sum + work(job.tokens[text] ?? 0, choiceOfText(job, text, top).point), 0);

/** Of what a job may run at the one of least work: the cheapest, but where others have other bits. */
export const fastestOf = (job: Planned, work: MacsOf): Choice =>
  job.choices.allowed
    .map((choice) => ({ choice, own: waitingWork(job, choice, work) }))
    .reduce((least, next) => (next.own < least.own ? next : least)).choice;

/** Work of the texts that wait, under a ceiling; those of a job that has begun are at its point. */
export const workToCome = ({ waiting, tokens, workUnder, choice }: Job, ceiling: number): number =>
  (waiting.length / tokens.length) * (workUnder[Math.min(choice?.index ?? ceiling, workUnder.length - 1)] ?? 0);

/** The best point that a job may run at while load holds back all above `ceiling`. */
export const choiceUnder = ({ choices: { allowed, flexible } }: Pick<Job, 'choices'>, ceiling: number): Choice => {
  const within = flexible ? allowed.filter(({ index }) => index <= ceiling) : allowed;
  return (within.at(-1) ?? allowed[0]) as Choice;
};

/** Whether load made a text of a job shorter than it would have been alone, at the tokens that it turned out to have. */
export const isDegraded = ({ choices, choice, alone, predictions }: Job, macs: MacsOf): boolean => {
  if (!choice || choice.index >= alone.index) return false;
  if (choices.cost === undefined) return true;
  return [...predictions.values()].some(({ tokens, point }) => {
    const affordable = [bestAffordable(choices, tokens, macs)];
    return pointKey(choiceOfText({ choices, affordable }, 0, alone).point) !== pointKey(point);
  });
};

/** The cheapest choice that a text of a job ran at. */
const shortestOf = ({ choices: { allowed, cost: bound }, choice, predictions }: Job): Choice => {
  if (bound === undefined) return choice as Choice;
  const ran = new Set([...predictions.values()].map(({ point }) => pointKey(point)));
  return allowed.find(({ point }) => ran.has(pointKey(point))) ?? (choice as Choice);
};

/** What a job answers once all its texts are there. */
const resultOf = (job: Job, macs: MacsOf): InferenceResult => {
  const { predictions: byText, refused, arrived, begun, computeMs } = job;
  const predictions = [...byText].sort(([one], [other]) => one - other).map(([, prediction]) => prediction);
  const { point, score } = shortestOf(job);
  const spent = predictions.map(({ tokens }) => macs(tokens, {}));
  const whole = spent.reduce((sum, own) => sum + own, 0);
  return {
    predictions,
    ...(refused.size > 0 && { refused }),
    point,
    cost: predictions.reduce((sum, prediction, text) => sum + prediction.cost * (spent[text] ?? 0), 0) / whole,
    expectedScore: score,
    degraded: isDegraded(job, macs),
    tokens: predictions.reduce((sum, { tokens }) => sum + tokens, 0),
    queueMs: begun - arrived,
    computeMs,
  };
};

export const createJob = (given: NewJob, macs: MacsOf, onSettled: (job: Job, failure?: ServerError) => void): Job => {
  let resolve: (result: InferenceResult) => void = () => undefined;
  let reject: (error: ServerError) => void = () => undefined;
  const done = new Promise<InferenceResult>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  const job: Job = {
    ...given,
    waiting: given.tokens.map((_, text) => text),
    expectedWaitMs: 0,
    waits: false,
    choice: undefined,
    overtaken: false,
    crashed: false,
    predictions: new Map(),
    refused: new Map(),
    unanswered: given.tokens.length,
    begun: given.arrived,
    computeMs: 0,
    settled: false,
    done,
    settle: (failure) => {
      if (job.settled) return;
      job.settled = true;
      job.waiting.length = 0;
      onSettled(job, failure);
      if (failure) reject(failure);
      else resolve(resultOf(job, macs));
    },
  };
  return job;
};
