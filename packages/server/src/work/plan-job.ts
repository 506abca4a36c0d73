import { invalidRequest } from '../errors.js';
import { choicesFor, infeasible } from '../planning/choices.js';
import type { Speed } from '../planning/speed.js';
import type { ModelFacts } from '../pool/thread-messages.js';
import type { InferenceRequest, RequestBudget } from '../request.js';
import { chooseWithin } from './form-batch.js';
import type { Job, MacsOf } from './job.js';
import { bestAffordable, choiceUnder, fastestOf, waitingWork } from './job.js';
import type { TokenEstimate } from './token-estimate.js';

/** What a request is planned with. */
export interface PlanContext {
  readonly facts: Pick<ModelFacts, 'paretoSet' | 'dimensions'>;
  readonly speed: Speed;
  readonly macs: MacsOf;
  readonly work: MacsOf;
  readonly estimate: TokenEstimate;
  /** Budget of a request that names none. */
  readonly defaultBudget: RequestBudget;
}

/** What a request may run at, before anything is known of the load. */
export interface JobPlan extends Pick<Job, 'choices' | 'alone' | 'tokens' | 'affordable' | 'workUnder'> {
  /** Milliseconds that its latency budget gives it, and those after which its answer is of no use; Infinity without such a bound. */
  readonly budgetMs: number;
  readonly usefulMs: number;
}

/** Share of a latency budget that is planned with: the rest is for what prediction misses. */
const planned = 0.75;

/** @throws ServerError `REQUEST_INVALID` */
const checkMilliseconds = (values: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && !(value > 0))
      throw invalidRequest(`${name} is ${value}; expected a number of milliseconds above 0.`);
  }
};

/**
 * What of the Pareto set a request may have, how long it may take, and what it would run at alone. A bound on cost is planned with at guessed
 * tokens, and refuses nothing here: a thread keeps it at the real ones.
 *
 * @throws ServerError `REQUEST_INVALID`, `BUDGET_INFEASIBLE`, `LENGTH_CONFIG_INVALID`
 */
export const planJob = (
  { inputs, timeoutMs, budget: asked, inWindows }: InferenceRequest,
  { facts: { paretoSet, dimensions }, speed, macs, work, estimate, defaultBudget }: PlanContext,
): JobPlan => {
  const budget = Object.values(asked).some((bound) => bound !== undefined) ? asked : defaultBudget;
  const { latencyMs } = budget;
  checkMilliseconds({ latencyMs, timeoutMs });
  const choices = choicesFor(paretoSet, budget, dimensions.layers);
  const tokens = inputs.map((input) => estimate.tokens(input, inWindows));
  const affordable = tokens.map((count) => bestAffordable(choices, count, macs));
  const fresh = { choices, tokens, affordable, waiting: tokens.map((_, text) => text) };
  if (latencyMs !== undefined) {
    const fastest = fastestOf(fresh, work);
    const milliseconds = speed.milliseconds(waitingWork(fresh, fastest, work));
    if (milliseconds > latencyMs) {
      infeasible(
        `budget_latency_ms is ${latencyMs}, and the fastest configuration that the request allows is predicted to take ${milliseconds.toFixed(1)} ms on an idle server.`,
        fastest,
        { latency_ms: milliseconds },
      );
    }
  }
  const budgetMs = planned * (latencyMs ?? Infinity);
  return {
    choices,
    tokens,
    affordable,
    alone: chooseWithin(fresh, { ceiling: Infinity, leftMs: budgetMs - speed.overheadMs, speed, work }),
    workUnder: paretoSet.map((_, ceiling) => waitingWork(fresh, choiceUnder(fresh, ceiling), work)),
    budgetMs,
    usefulMs: Math.min(budgetMs, planned * (timeoutMs ?? Infinity)),
  };
};
