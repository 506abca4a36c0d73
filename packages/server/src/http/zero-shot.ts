/** Labels that a model was never trained on: each is read with the text, as a hypothesis of its own. */
import { hypothesesOf, labelProbabilities, ModelError, nliOutputsOf } from '@length-adaptive/models/predict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static, type TObject } from 'typebox';
import { invalidRequest, ServerError, type ServerErrorCode } from '../errors.js';
import type { Found, Inference } from './inference.js';
import type { RequestFields } from './request-fields.js';
import { given, orNull } from './text-embeddings-body.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';

/** Parameters of zero-shot classification, as Hugging Face's clients send them. */
export const zeroShotFields = {
  candidate_labels: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'Labels to choose among that the model does not know: zero-shot classification, by a model that was trained on natural language inference. Each text counts once for each of them, and is cut where it is too long.',
    }),
  ),
  hypothesis_template: orNull(
    Type.String({
      maxLength: 1024,
      description: 'The hypothesis of a label, which takes the place of `{}`. Default `This example is {}.`',
    }),
  ),
  multi_label: orNull(
    Type.Boolean({
      description:
        'Whether several labels may be true: each has a probability of its own. Default: one is, all sum to 1.',
    }),
  ),
};

type ZeroShotFields = Static<TObject<typeof zeroShotFields>>;

/** How labels become hypotheses, and what becomes of them. */
interface Asked {
  readonly hypothesis_template: ZeroShotFields['hypothesis_template'] | undefined;
  readonly multi_label: ZeroShotFields['multi_label'] | undefined;
}

/** What is asked of texts. */
interface ZeroShotWork {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  readonly asked: Asked;
  readonly fields: RequestFields;
}

/** What the library refuses is the client's doing. */
const asServerError = <Value>(code: ServerErrorCode, read: () => Value): Value => {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelError) throw new ServerError(code, error.message, { cause: error });
    throw error;
  }
};

/** A model under which hypotheses would lose tokens runs at full length, whatever the load. @throws ServerError `REQUEST_INVALID` where that is not what was asked for */
const protecting = (fields: RequestFields, { model, status }: Found): RequestFields => {
  if (status.prior === 'second-text') return fields;
  const { budget_cost, budget_latency_ms, min_score, length_config } = fields;
  const asked = Object.entries({ budget_cost, budget_latency_ms, min_score, length_config }).find(
    ([, value]) => value !== undefined && value !== 'full',
  );
  if (asked)
    throw invalidRequest(
      `${asked[0]} came, and labels would lose tokens with the text: leave it out, or serve model "${model.name}" with the prior second-text (lat search --prior second-text).`,
    );
  return { ...fields, length_config: 'full' };
};

/**
 * The labels with their probabilities, for each text the most probable first; the headers of the reply are set.
 *
 * @throws ServerError `TASK_MISMATCH` for a model of other labels, `REQUEST_INVALID` for labels or a template that are none, and what `run` throws
 */
export const labelTexts = async (
  inference: Inference,
  found: Found,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { texts, labels, asked, fields }: ZeroShotWork,
): Promise<{ readonly label: string; readonly score: number }[][]> => {
  const outputs = asServerError('TASK_MISMATCH', () => nliOutputsOf(found.status.labels));
  const hypotheses = asServerError('REQUEST_INVALID', () =>
    hypothesesOf(labels, { template: given(asked.hypothesis_template) }),
  );
  const inputs = texts.flatMap((premise) => hypotheses.map((hypothesis) => [premise, hypothesis] as const));
  const result = await inference.run(request, reply, found, {
    inputs,
    fields: { ...protecting(fields, found), truncate: fields.truncate ?? true },
    rawScores: true,
  });
  reply.headers(textEmbeddingsHeaders(inputs, result, reply.elapsedTime));
  return texts.map((_, text) => {
    const own = result.predictions.slice(text * labels.length, (text + 1) * labels.length);
    const scores = labelProbabilities(
      own.map(({ logits = [] }) => logits),
      outputs,
      { multiLabel: asked.multi_label === true },
    );
    return labels.map((label, at) => ({ label, score: scores[at] ?? 0 })).sort((one, other) => other.score - one.score);
  });
};
