/** Texts in the order of their relevance, planned as the library plans them: one job of many rows, a cascade of two or, under a deadline, one after another for as long as it lasts. */
import { isFullPoint, pointKey } from '@length-adaptive/core/lengths';
import type { OperatingPoint } from '@length-adaptive/core';
import type { Prediction } from '@length-adaptive/models';
import { laterFirst, leadingWithin, planWithin, rankStage } from '@length-adaptive/models/predict';
import type { Plan, StageOrder } from '@length-adaptive/models/predict';
import { ServerError } from '../errors.js';
import type { InferenceRequest, InferenceResult } from '../request.js';
import type { ServedModel } from '../service.js';
import { costOfPlans, planForBudget } from './plan-ranking.js';
import type { RankRequest } from './plan-ranking.js';

/** A text with what says how relevant it is. */
export interface RankedText {
  /** Its number in the request. */
  readonly text: number;
  /** The model's output. */
  readonly logit: number;
}

/** How many texts were seen at which length. */
export interface RankingStage {
  readonly point: OperatingPoint;
  readonly texts: number;
}

export interface Ranking {
  /** The best first; those that were seen at the full length before those that were not. */
  readonly ranked: readonly RankedText[];
  readonly stages: readonly RankingStage[];
  /** What came of all jobs together. */
  readonly result: InferenceResult;
}

export interface Deadline {
  /** On the clock of `performance.now`. */
  readonly due: number;
}

/** Texts that show how fast it goes, at the shortest length. */
const probeTexts = 2;

/** A job takes at most this share of the time that is left. */
const jobShare = 1 / 3;

/** Jobs take longer than expected now and then: so much is reckoned with. */
const caution = 1.25;

const order: StageOrder<RankedText> = {
  place: ({ text }) => text,
  compare: (one, other) => other.logit - one.logit,
};

/** What a text takes at the full length: its MACs where they are known, else its tokens. */
type Weigh = (prediction: Prediction) => number;

/** What jobs gave, as one result. */
const together = (
  results: readonly InferenceResult[],
  predictions: readonly Prediction[],
  weigh: Weigh,
): InferenceResult => {
  const sum = (of: (result: InferenceResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const wholeOf = (of: readonly Prediction[]): number => of.reduce((total, prediction) => total + weigh(prediction), 0);
  const shortest = results.reduce(
    (low, result) => (result.cost < low.cost ? result : low),
    results[0] as InferenceResult,
  );
  return {
    ...shortest,
    predictions,
    cost: sum((result) => result.cost * wholeOf(result.predictions)) / Math.max(1, wholeOf(predictions)),
    degraded: results.some(({ degraded }) => degraded),
    tokens: sum(({ tokens }) => tokens),
    queueMs: sum(({ queueMs }) => queueMs),
    computeMs: sum(({ computeMs }) => computeMs),
  };
};

/** Ends the work under a deadline: what has been ranked is the answer. */
const endsIt = (error: unknown): boolean =>
  error instanceof ServerError && (error.code === 'TIMED_OUT' || error.code === 'OVERLOADED');

/** Runs the jobs of one ranking and keeps what comes of them. */
const createRun = (model: ServedModel, request: RankRequest) => {
  const { ranking: by } = model;
  const results: InferenceResult[] = [];
  /** What each stage gave of which texts. */
  const found: Map<number, Prediction>[] = [];
  const stages: { point: OperatingPoint; texts: number }[] = [];
  const weigh: Weigh = ({ tokens }) => by?.macs(tokens, {}) ?? tokens;
  const job = async (texts: readonly number[], stage: number, more: Partial<InferenceRequest>): Promise<void> => {
    const result = await model.infer({
      ...request,
      ...more,
      inputs: texts.map((text) => request.inputs[text] as InferenceRequest['inputs'][number]),
      ...(texts.length < request.inputs.length && { numbers: texts }),
      rawScores: true,
    });
    results.push(result);
    const here = (found[stage] ??= new Map<number, Prediction>());
    texts.forEach((text, row) => here.set(text, result.predictions[row] as Prediction));
    const before = stages[stage];
    stages[stage] = { point: result.point, texts: (before?.texts ?? 0) + texts.length };
  };
  /** The best of a stage first; where that saw fewer tokens, by the order of the first search, too, where there was one. */
  const rankedOf = (stage: number): RankedText[] => {
    const texts = [...(found[stage] ?? [])].map(([text, { logits, score }]) => ({ text, logit: logits?.[0] ?? score }));
    return rankStage(texts, order, by?.plans.fuses === true && !isFullPoint(stages[stage]?.point ?? {}));
  };
  const ranked = (): RankedText[] => laterFirst([...stages.keys()].map(rankedOf), order);
  /** The last that was said of each text, in their order. */
  const predictions = (): Prediction[] =>
    [...new Map(found.flatMap((stage) => [...stage]))]
      .sort(([one], [other]) => one - other)
      .map(([, prediction]) => prediction);
  const result = (): InferenceResult => together(results, predictions(), weigh);
  const ranking = (): Ranking => ({ ranked: ranked(), stages: stages.filter(Boolean), result: result() });
  /** The first of some texts that cost at most so much again at the full length, as a share of what all of them take there. */
  const within = (texts: readonly number[], share: number): readonly number[] => {
    const [first = new Map<number, Prediction>()] = found;
    const costOf = (text: number): number => weigh(first.get(text) as Prediction);
    const whole = [...first.keys()].reduce((sum, text) => sum + costOf(text), 0);
    return leadingWithin(texts, { most: share * whole, costOf });
  };
  return { job, rankedOf, ranking, result, within, found };
};

/**
 * Within a budget of cost what the library would run: a cascade is two jobs, and the second has no more texts than the budget leaves at the tokens that were
 * counted. Else one job of all texts: queued, batched, and shortened under load as any other.
 *
 * @throws ServerError `BUDGET_INFEASIBLE`, and what `infer` throws
 */
export const rankTexts = async (model: ServedModel, request: RankRequest): Promise<Ranking> => {
  const { job, rankedOf, ranking, result, within } = createRun(model, request);
  const all = [...request.inputs.keys()];
  const planned = planForBudget(model, request);
  if (!planned) {
    await job(all, 0, {});
    return ranking();
  }
  const { plan, full, cost } = planned;
  const start = performance.now();
  await job(all, 0, { budget: { point: plan.point } });
  const best = rankedOf(0)
    .slice(0, plan.keep)
    .map(({ text }) => text);
  const again = within(best, cost - result().cost);
  const { timeoutMs } = request;
  const left = timeoutMs === undefined ? undefined : Math.max(1, timeoutMs - (performance.now() - start));
  if (again.length > 0) await job(again, 1, { budget: { point: full }, timeoutMs: left });
  return ranking();
};

/**
 * What can be ranked until a deadline: two texts at the shortest length show how fast it goes; then what the library would run in the time that is left,
 * and the best of them at the full length until the time is over. A job that is not answered in time is let go.
 *
 * @throws ServerError `TIMED_OUT`, `OVERLOADED` when nothing was ranked; and what `infer` throws
 */
export const rankTextsWithin = async (
  model: ServedModel,
  request: RankRequest,
  { due }: Deadline,
): Promise<Ranking> => {
  if (!model.ranking) return rankTexts(model, request);
  const { job, rankedOf, ranking, found } = createRun(model, request);
  const { plans } = model.ranking;
  const costOf = costOfPlans(model.ranking, request);
  const costAt = (point: OperatingPoint): number => costOf({ point, keep: 0 });
  const all = [...request.inputs.keys()];
  const probe = [plans.full, ...[...plans.points, ...plans.cascades].map(({ point }) => point)].reduce((low, point) =>
    costAt(point) < costAt(low) ? point : low,
  );
  const left = (): number => due - performance.now();
  /** Milliseconds of one text at the full length; undefined before anything was timed. */
  let textMs: number | undefined;
  const timed = async (texts: readonly number[], stage: number, point: OperatingPoint): Promise<void> => {
    const start = performance.now();
    await job(texts, stage, { budget: { point }, timeoutMs: Math.max(1, left()) });
    const measured = (performance.now() - start) / texts.length / costAt(point);
    textMs = textMs === undefined ? measured : (textMs + measured) / 2;
  };
  /** Texts one after another, in jobs that fit the time; whether all of them were answered. */
  const pass = async (texts: readonly number[], stage: number, point: OperatingPoint): Promise<boolean> => {
    for (let next = 0; next < texts.length;) {
      const each = caution * costAt(point) * (textMs ?? 0);
      const fit = Math.floor((jobShare * left()) / Math.max(each, 1e-6));
      const count = Math.min(texts.length - next, Math.max(1, fit));
      if (left() <= 0 || (textMs !== undefined && each > left())) return false;
      await timed(texts.slice(next, next + count), stage, point);
      next += count;
    }
    return true;
  };
  const expected = (plan: Plan): number => caution * costOf(plan) * all.length * (textMs ?? 0);
  try {
    await timed(all.slice(0, probeTexts), 0, probe);
    const { point } = planWithin({ left: left(), expected }, { ...plans, costOf });
    const isProbed = pointKey(point) === pointKey(probe);
    const stage = isProbed ? 0 : 1;
    const seenAll = await pass(isProbed ? all.slice(probeTexts) : all, stage, point);
    if (seenAll && !isFullPoint(point) && pointKey(point) !== pointKey(plans.full)) {
      const best = rankedOf(stage).map(({ text }) => text);
      await pass(best, stage + 1, plans.full);
    }
  } catch (error) {
    if (!endsIt(error) || found.length === 0) throw error;
  }
  return ranking();
};
