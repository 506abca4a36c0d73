/** The route that Hugging Face's inference clients call: text classification, also by labels that the model does not know. */
import { Type, type Static } from 'typebox';
import { invalidRequest } from '../errors.js';
import { requestFields } from './request-fields.js';
import type { Routes } from './routes.js';
import { given, predictBody, type PredictBody } from './text-embeddings-body.js';
import { textEmbeddingsErrors as errorFormat, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { rankLabels, rankingSchema } from './text-embeddings-ranking.js';
import { labelTexts, zeroShotFields } from './zero-shot.js';

/** Parameters of a text classification as Hugging Face's clients send them. */
const classificationParameters = Type.Object(
  {
    ...requestFields,
    ...zeroShotFields,
    top_k: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { description: 'Most labels of a text.' }),
    ),
    function_to_apply: Type.Optional(
      Type.Union([Type.Enum(['softmax', 'sigmoid', 'none']), Type.Null()], {
        description: '`none` gives logits; otherwise only what the model does.',
      }),
    ),
  },
  { additionalProperties: false },
);

const classificationBody = Type.Object({
  inputs: Type.Union([predictBody.properties.inputs, Type.Array(Type.String(), { minItems: 1 })], {
    description:
      'a text, a pair of texts [text, pair], or a list of [text] and [text, pair]; with candidate_labels a text or a list of texts.',
  }),
  parameters: Type.Optional(classificationParameters),
});

/** What each task makes of its outputs. */
const functions: Readonly<Record<string, string>> = {
  'sequence-classification': 'softmax',
  'multi-label-classification': 'sigmoid',
  regression: 'none',
  rerank: 'sigmoid',
};

type Inputs = Static<typeof classificationBody>['inputs'];

/** What is classified by the model's own labels. @throws ServerError `REQUEST_INVALID` for more than a pair */
const classified = (inputs: Inputs): PredictBody['inputs'] => {
  if (typeof inputs !== 'string' && inputs.length > 2 && typeof inputs[0] === 'string')
    throw invalidRequest(
      `inputs is a list of ${inputs.length}; expected a text, a pair, or a list of [text] and [text, pair].`,
    );
  return inputs;
};

/** What is classified by other labels. @throws ServerError `REQUEST_INVALID` for pairs */
const textsOf = (inputs: Inputs): string[] =>
  [inputs].flat().map((text) => {
    if (typeof text === 'string') return text;
    throw invalidRequest('inputs is a list of lists; with candidate_labels expected a text or a list of texts.');
  });

export const huggingFaceRoutes: Routes = (app, { inference, options }) => {
  const failures = { '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema };

  app.post(
    '/models/:model',
    {
      config: { inference: true, errorFormat },
      schema: {
        tags: ['Text Embeddings Inference'],
        description:
          "Text classification as Hugging Face's inference clients call it: a list for each text, of one too. With `candidate_labels` zero-shot classification: a list for a text, for several texts a list of that.",
        params: Type.Object({ model: Type.String() }),
        body: classificationBody,
        response: { 200: Type.Union([Type.Array(rankingSchema), rankingSchema]), ...failures },
      },
    },
    async (request, reply) => {
      const { inputs, parameters = {} } = request.body;
      const found = inference.find(request, { model: request.params.model, answers: 'label' });
      const exchange = { request, reply };
      const {
        top_k,
        function_to_apply,
        candidate_labels: labels,
        hypothesis_template,
        multi_label,
        ...fields
      } = parameters;
      if (labels) {
        if (given(function_to_apply) !== undefined)
          throw invalidRequest('function_to_apply came with candidate_labels; the scores of those are probabilities.');
        const texts = textsOf(inputs);
        const asked = { hypothesis_template, multi_label };
        const rankings = await labelTexts(inference, found, exchange, { texts, labels, asked, fields });
        const best = rankings.map((ranked) => ranked.slice(0, given(top_k)));
        return typeof inputs === 'string' ? (best[0] ?? []) : best;
      }
      if (given(hypothesis_template) !== undefined || given(multi_label) !== undefined)
        throw invalidRequest('hypothesis_template and multi_label are of candidate_labels, and none came.');
      const own = functions[found.status.task] ?? 'none';
      if (given(function_to_apply) !== undefined && function_to_apply !== 'none' && function_to_apply !== own)
        throw invalidRequest(`function_to_apply is ${String(function_to_apply)}; this model has ${own}, or none.`);
      const rankings = await rankLabels({ inference, options }, found, exchange, {
        inputs: classified(inputs),
        parameters: fields,
        raw_scores: function_to_apply === 'none',
      });
      return rankings.map((ranked) => ranked.slice(0, given(top_k)));
    },
  );
};
