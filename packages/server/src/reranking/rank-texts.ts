/** Texts in the order of their relevance: one job of many rows or, under a deadline, one after another for as long as it lasts. */
import { isFullPoint } from '@length-adaptive/core/lengths';
import type { OperatingPoint } from '@length-adaptive/core';
import type { Prediction } from '@length-adaptive/models';
import { ServerError } from '../errors.js';
import type { InferenceRequest, InferenceResult } from '../request.js';
import type { ServedModel } from '../service.js';

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

/** What is ranked: the texts of a request whose points the server chooses. */
export type RankRequest = Omit<InferenceRequest, 'partial' | 'rawScores'>;

export interface Deadline {
  /** On the clock of `performance.now`. */
  readonly due: number;
}

/** Texts that show how fast it goes, at the shortest length. */
const probeTexts = 2;

/** Of the time that is left, what the pass over all texts may take: the rest is for the best of them. */
const firstShare = 0.5;

/** A job takes at most this share of the time that is left. */
const jobShare = 1 / 3;

/** Jobs take longer than expected now and then: so much is reckoned with. */
const caution = 1.25;

const byRelevance = (one: RankedText, other: RankedText): number => other.logit - one.logit || one.text - other.text;

/** What jobs gave, as one result. */
const together = (results: readonly InferenceResult[], predictions: readonly Prediction[]): InferenceResult => {
  const sum = (of: (result: InferenceResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const shortest = results.reduce(
    (low, result) => (result.cost < low.cost ? result : low),
    results[0] as InferenceResult,
  );
  const tokens = sum((result) => result.tokens);
  const distinct = predictions.reduce((total, prediction) => total + prediction.tokens, 0);
  return {
    ...shortest,
    predictions,
    cost: sum((result) => result.cost * result.tokens) / Math.max(1, distinct),
    degraded: results.some(({ degraded }) => degraded),
    tokens,
    queueMs: sum(({ queueMs }) => queueMs),
    computeMs: sum(({ computeMs }) => computeMs),
  };
};

/** Ends the work under a deadline: what has been ranked is the answer. */
const endsIt = (error: unknown): boolean =>
  error instanceof ServerError && (error.code === 'TIMED_OUT' || error.code === 'OVERLOADED');

/** Runs the jobs of one ranking and keeps what comes of them. */
const createRun = (model: ServedModel, request: RankRequest) => {
  const results: InferenceResult[] = [];
  const found = new Map<number, { readonly prediction: Prediction; readonly stage: number }>();
  const stages: { point: OperatingPoint; texts: number }[] = [];
  const job = async (texts: readonly number[], stage: number, more: Partial<InferenceRequest>): Promise<void> => {
    const result = await model.infer({
      ...request,
      ...more,
      inputs: texts.map((text) => request.inputs[text] as InferenceRequest['inputs'][number]),
      rawScores: true,
    });
    results.push(result);
    texts.forEach((text, row) => found.set(text, { prediction: result.predictions[row] as Prediction, stage }));
    const before = stages[stage];
    stages[stage] = { point: result.point, texts: (before?.texts ?? 0) + texts.length };
  };
  const rankedOf = (stage: number): RankedText[] =>
    [...found]
      .filter(([, one]) => one.stage === stage)
      .map(([text, { prediction }]) => ({ text, logit: prediction.logits?.[0] ?? prediction.score }))
      .sort(byRelevance);
  const ranking = (): Ranking => ({
    ranked: stages
      .map((_, stage) => rankedOf(stage))
      .reverse()
      .flat(),
    stages: stages.filter(Boolean),
    result: together(
      results,
      [...found].sort(([one], [other]) => one - other).map(([, { prediction }]) => prediction),
    ),
  });
  return { job, rankedOf, ranking, found };
};

/** One job of all texts: queued, batched, and shortened under load as any other. */
export const rankTexts = async (model: ServedModel, request: RankRequest): Promise<Ranking> => {
  const { job, ranking } = createRun(model, request);
  await job([...request.inputs.keys()], 0, {});
  return ranking();
};

/**
 * What can be ranked until a deadline: two texts at the shortest length show how fast it goes; then all of them at the full length where that
 * fits, else at the longest that leaves time, and the best of them at the full length until the time is over. A job that is not
 * answered in time is let go.
 *
 * @throws ServerError `TIMED_OUT`, `OVERLOADED` when nothing was ranked; and what `infer` throws
 */
export const rankTextsWithin = async (
  model: ServedModel,
  request: RankRequest,
  { due }: Deadline,
): Promise<Ranking> => {
  const { job, rankedOf, ranking, found } = createRun(model, request);
  const points = model.status().paretoSet;
  const all = [...request.inputs.keys()];
  const cheapest = points[0];
  const full = points.at(-1);
  if (!cheapest || !full) return rankTexts(model, request);
  const left = (): number => due - performance.now();
  /** Milliseconds of one text at the full length; undefined before anything was timed. */
  let textMs: number | undefined;
  const timed = async (texts: readonly number[], stage: number, { point, cost }: typeof cheapest): Promise<void> => {
    const start = performance.now();
    await job(texts, stage, { budget: { point }, timeoutMs: Math.max(1, left()) });
    const measured = (performance.now() - start) / texts.length / cost;
    textMs = textMs === undefined ? measured : (textMs + measured) / 2;
  };
  /** Texts one after another, in jobs that fit the time; whether all of them were answered. */
  const pass = async (texts: readonly number[], stage: number, at: typeof cheapest): Promise<boolean> => {
    for (let next = 0; next < texts.length;) {
      const each = caution * at.cost * (textMs ?? 0);
      const fit = Math.floor((jobShare * left()) / Math.max(each, 1e-6));
      const count = Math.min(texts.length - next, Math.max(1, fit));
      if (left() <= 0 || (textMs !== undefined && each > left())) return false;
      await timed(texts.slice(next, next + count), stage, at);
      next += count;
    }
    return true;
  };
  try {
    await timed(all.slice(0, probeTexts), 0, cheapest);
    const takes = (cost: number, count: number): number => caution * cost * count * (textMs ?? 0);
    if (takes(full.cost, all.length) <= left()) {
      await pass(all, 1, full);
      return ranking();
    }
    const affordable = points.filter(({ cost }) => takes(cost, all.length) <= firstShare * left()).at(-1) ?? cheapest;
    const isProbed = affordable === cheapest;
    const stage = isProbed ? 0 : 1;
    const seenAll = await pass(isProbed ? all.slice(probeTexts) : all, stage, affordable);
    if (seenAll && !isFullPoint(affordable.point)) {
      const best = rankedOf(stage).map(({ text }) => text);
      await pass(best, stage + 1, full);
    }
  } catch (error) {
    if (!endsIt(error) || found.size === 0) throw error;
  }
  return ranking();
};
