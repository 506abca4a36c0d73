import type { Prediction } from '@length-adaptive/models';
import { makeTask } from '@length-adaptive/models/predict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { invalidRequest, ServerError } from '../errors.js';
import type { InferenceResult } from '../request.js';
import type { ModelStatus } from '../service.js';
import { checkSize, type Found, type Inference } from './inference.js';
import type { ResolvedHttpOptions } from './http-options.js';
import { requestFields } from './request-fields.js';
import type { Routes } from './routes.js';
import { simpleToken, simpleTokens } from './simple-tokens.js';
import { given, inputsOfBody, isBatch, predictBody, tokenizeBody, type PredictBody } from './text-embeddings-body.js';
import { textEmbeddingsErrors as errorFormat, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';

const ranking = Type.Array(Type.Object({ score: Type.Number(), label: Type.String() }), { description: 'Best first.' });

/** The name that Hugging Face gives the only output of a regression. */
const regressionLabel = 'LABEL_0';

const labelsOf = ({ labels }: Pick<ModelStatus, 'labels'>): readonly string[] =>
  labels.length > 0 ? labels : [regressionLabel];

/** Whether a model says of a second text how relevant it is: it gives one number, and reads nothing but pairs. */
const ranks = ({ task, labels }: Pick<ModelStatus, 'task' | 'labels'>): boolean =>
  labels.length === 0 && makeTask(task).pair === 'required' && makeTask(task).answers === 'label';

/** Labels with their probabilities, or with their logits where the model's outputs are asked for. */
const rankingOf = ({ score, probabilities, logits }: Prediction, labels: readonly string[]) =>
  (logits
    ? labels.map((label, at) => ({ score: logits[at] ?? 0, label }))
    : Object.entries(probabilities ?? { [regressionLabel]: score }).map(([label, value]) => ({ score: value, label }))
  ).sort((one, other) => other.score - one.score);

/** What predicts on every route that does so. */
interface Predicting {
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
const predict = async (
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

/** Parameters of a text classification as Hugging Face's clients send them. */
const classificationParameters = Type.Object(
  {
    ...requestFields,
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
  inputs: predictBody.properties.inputs,
  parameters: Type.Optional(classificationParameters),
});

/** What each task makes of its outputs. */
const functions: Readonly<Record<string, string>> = {
  'sequence-classification': 'softmax',
  'multi-label-classification': 'sigmoid',
  regression: 'none',
  rerank: 'sigmoid',
};

const tags = ['Text Embeddings Inference'];

/** The routes of Hugging Face's Text Embeddings Inference that classifiers have, and the one that its inference clients call. */
export const textEmbeddingsRoutes: Routes = (app, { service, inference, options }) => {
  const failures = { '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema };
  const predicting = { inference, options };

  for (const path of ['/predict', '/', '/invocations'])
    app.post(
      path,
      {
        config: { inference: true, errorFormat },
        schema: {
          tags,
          body: predictBody,
          response: { 200: Type.Union([ranking, Type.Array(ranking)]), ...failures },
        },
      },
      async (request, reply) => {
        const { body } = request;
        const found = inference.find(request, {
          model: given(body.model),
          version: given(body.version),
          answers: 'label',
        });
        const rankings = await predict(predicting, found, { request, reply }, body);
        return isBatch(body.inputs) ? rankings : (rankings[0] ?? []);
      },
    );

  app.post(
    '/models/:model',
    {
      config: { inference: true, errorFormat },
      schema: {
        tags,
        description:
          "Text classification as Hugging Face's inference clients call it: a list for each text, of one too.",
        params: Type.Object({ model: Type.String() }),
        body: classificationBody,
        response: { 200: Type.Array(ranking), ...failures },
      },
    },
    async (request, reply) => {
      const { inputs, parameters: { top_k, function_to_apply, ...parameters } = {} } = request.body;
      const found = inference.find(request, { model: request.params.model, answers: 'label' });
      const own = functions[found.status.task] ?? 'none';
      if (given(function_to_apply) !== undefined && function_to_apply !== 'none' && function_to_apply !== own)
        throw invalidRequest(`function_to_apply is ${String(function_to_apply)}; this model has ${own}, or none.`);
      const rankings = await predict(
        predicting,
        found,
        { request, reply },
        {
          inputs,
          parameters,
          raw_scores: function_to_apply === 'none',
        },
      );
      return rankings.map((labels) => labels.slice(0, given(top_k)));
    },
  );

  app.post(
    '/tokenize',
    {
      config: { inference: true, errorFormat },
      schema: {
        tags,
        body: tokenizeBody,
        response: { 200: Type.Array(Type.Array(simpleToken)), ...failures },
      },
    },
    async (request) => {
      const { inputs, add_special_tokens, model, version } = request.body;
      const found = inference.find(request, { model: given(model), version: given(version) });
      const texts = [inputs].flat();
      checkSize(texts, options);
      const encodings = await service.tokenize(found.model, texts);
      return encodings.map((encoding, at) =>
        simpleTokens(texts[at] ?? '', encoding, given(add_special_tokens) ?? true),
      );
    },
  );

  for (const path of ['/health', '/ping'])
    app.get(
      path,
      {
        config: { open: true, errorFormat },
        schema: {
          tags,
          response: { 200: Type.Unsafe<void>({ type: 'null', description: 'Every model answers.' }), ...failures },
        },
      },
      async (_, reply) => {
        if (!service.ready()) throw new ServerError('MODEL_NOT_READY', 'Not every model of this server answers.');
        return reply.send();
      },
    );

  const labelNumbers = Type.Object({
    id2label: Type.Record(Type.String(), Type.String()),
    label2id: Type.Record(Type.String(), Type.Integer()),
  });
  const nullable = Type.Union([Type.String(), Type.Null()]);
  const info = Type.Object({
    model_id: Type.String(),
    model_sha: nullable,
    model_dtype: Type.String(),
    model_type: Type.Union([Type.Object({ classifier: labelNumbers }), Type.Object({ reranker: labelNumbers })]),
    max_concurrent_requests: Type.Integer(),
    max_input_length: Type.Integer(),
    max_batch_tokens: Type.Integer(),
    max_batch_requests: Type.Union([Type.Integer(), Type.Null()]),
    max_client_batch_size: Type.Integer(),
    auto_truncate: Type.Boolean(),
    tokenization_workers: Type.Integer(),
    backend: Type.String({ description: 'An addition of ours: what runs the model.' }),
    version: Type.String(),
    sha: nullable,
    docker_label: nullable,
  });
  app.get('/info', { config: { errorFormat }, schema: { tags, response: { 200: info, ...failures } } }, async () => {
    const status = service.find().status();
    const labels = labelsOf(status);
    const numbers = {
      id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    };
    return {
      model_id: status.name,
      model_sha: status.version,
      model_dtype: options.precision === 'fp16' ? 'float16' : options.precision === 'int8' ? 'int8' : 'float32',
      model_type: ranks(status) ? { reranker: numbers } : { classifier: numbers },
      max_concurrent_requests: options.maxConcurrentRequests,
      max_input_length: status.positions,
      max_batch_tokens: options.maxBatchTokens,
      max_batch_requests: options.maxBatchTexts,
      max_client_batch_size: options.maxTexts,
      auto_truncate: options.truncate,
      tokenization_workers: options.workers,
      backend: status.engine,
      version: packageJson.version,
      sha: null,
      docker_label: null,
    };
  });
};
