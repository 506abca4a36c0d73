import { Type, type Static, type TObject } from 'typebox';
import { lengthConfigText } from '../length-config-text.js';
import type { InferenceResult } from '../request.js';
import { round } from './round.js';

/** What every answer says beside its predictions, flat. */
export const resultFields = {
  length_config: Type.String({
    description: 'The configuration that ran: for each layer, the share of tokens that left it. `0.8,0.6,0.4`',
  }),
  cost: Type.Number({ description: "Multiply-accumulates spent, as a share of the full length's." }),
  expected_score: Type.Optional(
    Type.Number({ description: "Score of the configuration in the model's search; absent where it was not measured." }),
  ),
  degraded: Type.Boolean({ description: 'Whether load made it shorter than the request would have had alone.' }),
  queue_ms: Type.Number(),
  compute_ms: Type.Number(),
  tokens: Type.Integer({ description: 'Tokens of all texts, special ones included.' }),
};

export type ResultFields = Static<TObject<typeof resultFields>>;

export const fieldsOfResult = ({
  point,
  cost,
  expectedScore,
  degraded,
  queueMs,
  computeMs,
  tokens,
}: InferenceResult): ResultFields => ({
  length_config: lengthConfigText(point),
  cost,
  ...(Number.isFinite(expectedScore) && { expected_score: Number(expectedScore) }),
  degraded,
  queue_ms: round(queueMs),
  compute_ms: round(computeMs),
  tokens,
});

/** Headers of an answer: the same, and in Text Embeddings Inference's words. Times are in milliseconds. */
export const headersOfResult = (result: InferenceResult, totalMs: number): Record<string, string> => ({
  'x-queue-time': String(round(result.queueMs)),
  'x-inference-time': String(round(result.computeMs)),
  'x-total-time': String(round(totalMs)),
  'x-compute-tokens': String(result.tokens),
  'x-length-config': lengthConfigText(result.point),
  'x-length-cost': String(round(result.cost)),
  'x-degraded': String(result.degraded),
});

/** Their names, for pages of other origins. */
export const resultHeaderNames = [
  'x-queue-time',
  'x-inference-time',
  'x-total-time',
  'x-compute-tokens',
  'x-length-config',
  'x-length-cost',
  'x-degraded',
];
