import { CoreError, type OperatingPoint } from '@length-adaptive/core/lengths';
import { parsePoint } from '@length-adaptive/models/predict';
import type { ParetoPoint } from '@length-adaptive/models';
import { Type, type Static, type TObject } from 'typebox';
import { ServerError } from '../errors.js';
import { layersOf } from '../layers-of.js';
import type { InferenceRequest } from '../request.js';

/** What a request of any protocol may ask for beside its texts: the fields of the extension `length_budget`. */
export const requestFields = {
  budget_cost: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: "At most this share of the full length's multiply-accumulates for each text, at its own tokens.",
    }),
  ),
  budget_latency_ms: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Milliseconds from arrival to answer, as predicted.' }),
  ),
  min_score: Type.Optional(
    Type.Number({
      description: "Least score, on the scale of the model's Pareto set. Load never pushes the request below it.",
    }),
  ),
  length_config: Type.Optional(
    Type.String({
      maxLength: 4096,
      description:
        'Exactly this configuration: `full`, an index of the Pareto set, or ratios such as `0.8,0.6,0.4`; with the ranks and bits of a configuration of the set `;ranks=0.5;bits=8` after it. Excludes the budgets.',
    }),
  ),
  timeout_ms: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 2 ** 31 - 1,
      description: 'After so long the answer is of no use: what has not begun by then is not computed.',
    }),
  ),
  priority: Type.Optional(
    Type.Integer({ minimum: -1e6, maximum: 1e6, description: 'Lower goes first; 0 is the default.' }),
  ),
  truncate: Type.Optional(Type.Boolean({ description: 'Cut texts that are too long in place of refusing them.' })),
};

/** What a question may ask for as well. */
export const answerFields = {
  answers: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Most answers to give. Default 20.' })),
  max_answer_tokens: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 512, description: 'Most tokens of an answer. Default 30.' }),
  ),
};

/** What a text that may have several labels may ask for as well. */
export const labelFields = {
  threshold: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Several labels a text: probability from which a label is given. Default 0.5.',
    }),
  ),
};

export type RequestFields = Static<TObject<typeof requestFields & typeof answerFields & typeof labelFields>>;

/** What a request for a ranking may ask for: the budgets, or a time that is kept. */
export const rerankFields = {
  ...requestFields,
  budget_cost: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description:
        "At most this share of the full length's multiply-accumulates for all documents: of a model whose cascades were searched the best one within it, of one that was never searched the dearest of some shorter lengths. A model with a Pareto set alone keeps it for each document.",
    }),
  ),
  deadline_ms: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 2 ** 31 - 1,
      description:
        'Milliseconds from arrival in which the answer comes, with what was ranked until then: all documents at the full length where there is time for that, else at a shorter one, the best of them again at the full one. Excludes the budgets; beside `timeout_ms` the shorter of the two is kept.',
    }),
  ),
};

export type RerankFields = RequestFields & { readonly deadline_ms?: number };

/** What a request's fields are read against. */
export interface RequestContext {
  readonly paretoSet: readonly ParetoPoint[];
  /** What requests do that do not say `truncate`. */
  readonly truncate: boolean;
  readonly signal: AbortSignal;
}

/** `full`, an index of the Pareto set, or ratios -> a point. @throws ServerError `LENGTH_CONFIG_INVALID` */
const readPoint = (text: string, paretoSet: readonly ParetoPoint[]): OperatingPoint => {
  const fail = (message: string, options?: ErrorOptions): never => {
    throw new ServerError('LENGTH_CONFIG_INVALID', message, options);
  };
  try {
    const point = parsePoint(text, { paretoSet, layers: layersOf(paretoSet) });
    return point ?? fail(`length_config is "${text}" but this model has configurations 0 to ${paretoSet.length - 1}.`);
  } catch (error) {
    if (error instanceof CoreError) return fail(error.message, { cause: error });
    throw error;
  }
};

/**
 * The fields of any protocol as a request to the service.
 *
 * @throws ServerError `LENGTH_CONFIG_INVALID`; `REQUEST_INVALID` for a configuration together with a budget
 */
export const inferenceRequest = (
  inputs: InferenceRequest['inputs'],
  fields: RequestFields,
  { paretoSet, truncate, signal }: RequestContext,
): InferenceRequest => {
  const { budget_cost: cost, budget_latency_ms: latencyMs, min_score: minScore, length_config: text } = fields;
  const budget = { cost, latencyMs, minScore };
  if (text !== undefined && Object.values(budget).some((bound) => bound !== undefined)) {
    throw new ServerError(
      'REQUEST_INVALID',
      'length_config came with a budget; give either the configuration or budget_cost, budget_latency_ms and min_score.',
    );
  }
  return {
    inputs,
    budget: text === undefined ? budget : { point: readPoint(text, paretoSet) },
    timeoutMs: fields.timeout_ms,
    priority: fields.priority,
    truncate: fields.truncate ?? truncate,
    answers: fields.answers,
    maxAnswerTokens: fields.max_answer_tokens,
    threshold: fields.threshold,
    signal,
  };
};
