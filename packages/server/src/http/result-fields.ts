import { pointText } from '@length-adaptive/models/predict';
import { Type, type Static, type TObject } from 'typebox';
import type { InferenceResult } from '../request.js';
import type { ScoreScale } from '../service.js';
import { round } from './round.js';
import { scoresOf, type ScoredModel, type Scores } from './scores-of.js';

/** What every answer says beside its predictions, flat. */
export const resultFields = {
  length_config: Type.String({
    description:
      'The configuration that ran: for each layer, the share of tokens that left it; the shortest where a budget of cost gave texts different ones; `;ranks=` after it where matrices ran as factors, `;bits=` where weights had others than the model was opened with. `0.8,0.6,0.4`, `0.8,0.6,0.4;ranks=0.5;bits=8`',
  }),
  cost: Type.Number({ description: "Multiply-accumulates spent, as a share of the full length's." }),
  expected_score: Type.Optional(
    Type.Number({ description: "Score of the configuration in the model's search; absent where it was not measured." }),
  ),
  score_metric: Type.Optional(
    Type.String({
      description: 'What `expected_score` and `min_score` are: the metric of the search, on its examples.',
    }),
  ),
  held_out_score: Type.Optional(
    Type.Number({
      description: 'Score of the configuration on examples that the search did not see; absent where there were none.',
    }),
  ),
  held_out_metric: Type.Optional(Type.String({ description: 'What `held_out_score` is.' })),
  degraded: Type.Boolean({ description: 'Whether load made it shorter than the request would have had alone.' }),
  queue_ms: Type.Number(),
  compute_ms: Type.Number(),
  tokens: Type.Integer({ description: 'Tokens of all texts, special ones included.' }),
};

/** The scores of a configuration as answers write them, with what they are. */
const scoreFields = (
  { score, heldOutScore }: Scores,
  { metric, heldOut }: ScoreScale = {},
): Partial<Pick<ResultFields, 'expected_score' | 'score_metric' | 'held_out_score' | 'held_out_metric'>> => ({
  ...(score !== undefined && { expected_score: score, ...(metric !== undefined && { score_metric: metric }) }),
  ...(heldOutScore !== undefined && {
    held_out_score: heldOutScore,
    ...(heldOut?.metric !== undefined && { held_out_metric: heldOut.metric }),
  }),
});

export type ResultFields = Static<TObject<typeof resultFields>>;

export const fieldsOfResult = (
  { point, cost, expectedScore, degraded, queueMs, computeMs, tokens }: InferenceResult,
  status: ScoredModel,
): ResultFields => ({
  length_config: pointText(point),
  cost,
  ...scoreFields(scoresOf(point, expectedScore, status), status.scoreScale),
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
  'x-length-config': pointText(result.point),
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
