import type { EmbeddingPooling } from '@length-adaptive/models';
import { makeTask } from '@length-adaptive/models/predict';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { ServerError } from '../errors.js';
import type { ModelStatus } from '../service.js';
import { checkSize } from './inference.js';
import type { Routes } from './routes.js';
import { simpleToken, simpleTokens } from './simple-tokens.js';
import { given, isBatch, predictBody, tokenizeBody } from './text-embeddings-body.js';
import { textEmbeddingsErrors as errorFormat, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { labelsOf, rankLabels, rankingSchema } from './text-embeddings-ranking.js';

/** Whether a model says of a second text how relevant it is: it gives one number, and reads nothing but pairs. */
const ranks = ({ task, labels }: Pick<ModelStatus, 'task' | 'labels'>): boolean =>
  labels.length === 0 && makeTask(task).pair === 'required' && makeTask(task).answers === 'label';

const tags = ['Text Embeddings Inference'];

/** What Text Embeddings Inference calls the poolings that it has. */
const poolings: Readonly<Partial<Record<EmbeddingPooling, string>>> = { first: 'cls' };

/** What kind of model Text Embeddings Inference would call it, with what it tells of each. */
const modelTypeOf = (status: ModelStatus) => {
  const { pooling } = status;
  if (pooling !== undefined) return { embedding: { pooling: poolings[pooling] ?? pooling } };
  const labels = labelsOf(status);
  const numbers = {
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
  return ranks(status) ? { reranker: numbers } : { classifier: numbers };
};

/** The routes of Hugging Face's Text Embeddings Inference that classifiers have. */
export const textEmbeddingsRoutes: Routes = (app, { service, inference, options }) => {
  const failures = { '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema };

  for (const path of ['/predict', '/', '/invocations'])
    app.post(
      path,
      {
        config: { inference: true, errorFormat },
        schema: {
          tags,
          body: predictBody,
          response: { 200: Type.Union([rankingSchema, Type.Array(rankingSchema)]), ...failures },
        },
      },
      async (request, reply) => {
        const { body } = request;
        const found = inference.find(request, {
          model: given(body.model),
          version: given(body.version),
          answers: 'label',
        });
        const rankings = await rankLabels({ inference, options }, found, { request, reply }, body);
        return isBatch(body.inputs) ? rankings : (rankings[0] ?? []);
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
    model_type: Type.Union([
      Type.Object({ classifier: labelNumbers }),
      Type.Object({ reranker: labelNumbers }),
      Type.Object({ embedding: Type.Object({ pooling: Type.String() }) }),
    ]),
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
    return {
      model_id: status.name,
      model_sha: status.version,
      model_dtype: options.precision === 'fp16' ? 'float16' : options.precision === 'int8' ? 'int8' : 'float32',
      model_type: modelTypeOf(status),
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
