/** Labels of texts with their scores, the best first, as Text Embeddings Inference and Hugging Face's clients have them. */
import type { Prediction } from '@length-adaptive/models';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ServerError } from '../errors.js';
import type { InferenceResult } from '../request.js';
import type { ModelStatus } from '../service.js';
import type { ResolvedHttpOptions } from './http-options.js';
import type { Found, Inference } from './inference.js';
import { given, inputsOfBody, type PredictBody } from './text-embeddings-body.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';

export const rankingSchema = Type.Array(Type.Object({ score: Type.Number(), label: Type.String() }), {
  description: 'Best first.',
});

/** The name that Hugging Face gives the only output of a regression. */
const regressionLabel = 'LABEL_0';

export const labelsOf = ({ labels }: Pick<ModelStatus, 'labels'>): readonly string[] =>
  labels.length > 0 ? labels : [regressionLabel];

/** Labels with their probabilities, or with their logits where the model's outputs are asked for. */
const rankingOf = ({ score, probabilities, logits }: Prediction, labels: readonly string[]) =>
  (logits
    ? labels.map((label, at) => ({ score: logits[at] ?? 0, label }))
    : Object.entries(probabilities ?? { [regressionLabel]: score }).map(([label, value]) => ({ score: value, label }))
  ).sort((one, other) => other.score - one.score);

/** What predicts on every route that does so. */
export interface Predicting {
  readonly inference: Inference;
  readonly options: ResolvedHttpOptions;
}

/** A text that is too long is refused where it was to be cut at its beginning. */
const refuseLeft = (error: unknown): never => {
  if (error instanceof ServerError && error.code === 'TEXT_TOO_LONG')
    throw new ServerError(
      'TEXT_TOO_LONG',
      `${error.message} truncation_direction is Left, and texts are cut at their end only: send Right, or cut it yourself.`,
      { cause: error },
    );
  throw error;
};

/** @returns rankings, in the order of the inputs, after the headers of the reply are set */
export const rankLabels = async (
  { inference, options }: Predicting,
  found: Found,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { inputs: texts, truncate, truncation_direction, raw_scores, parameters = {} }: PredictBody,
) => {
  const inputs = inputsOfBody(texts);
  if (inputs.length === 0) throw new ServerError('TEXT_EMPTY', 'inputs is an empty list; expected at least one text.');
  const wanted = given(truncate) ?? parameters.truncate ?? options.truncate;
  const fromLeft = wanted && truncation_direction?.toLowerCase() === 'left';
  const result: InferenceResult = await inference
    .run(request, reply, found, {
      inputs,
      fields: { ...parameters, truncate: wanted && !fromLeft },
      rawScores: raw_scores === true,
    })
    .catch(fromLeft ? refuseLeft : undefined);
  reply.headers(textEmbeddingsHeaders(inputs, result, reply.elapsedTime));
  return result.predictions.map((prediction) => rankingOf(prediction, labelsOf(found.status)));
};
