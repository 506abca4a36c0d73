/** The routes of models that make vectors of texts: Text Embeddings Inference's, and OpenAI's. */
import type { TextInput, TokenInput } from '@length-adaptive/models';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { invalidRequest, ServerError } from '../errors.js';
import type { InferenceResult } from '../request.js';
import type { Found } from './inference.js';
import { embedAllBody, embeddingsBody, embedBody, openAiInputs } from './embeddings-body.js';
import type { Routes } from './routes.js';
import { given } from './text-embeddings-body.js';
import { textEmbeddingsErrors, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';
import { openAiErrors, openAiErrorSchema } from './open-ai-errors.js';
import { vectorBase64, vectorOf } from './vector-of.js';
import type { VectorWishes } from './vector-of.js';

const vector = Type.Array(Type.Number());

/** What a route of vectors asks the model for. */
interface Asked {
  readonly inputs: readonly (TextInput | TokenInput)[];
  readonly model: string | undefined;
  readonly version?: string | undefined;
  readonly fields: Static<typeof embedBody>['parameters'];
  readonly promptName?: string | undefined;
  readonly everyToken?: boolean | undefined;
}

/** A request on its way to its answer. */
interface Exchanged {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a request of Text Embeddings Inference asks for. @throws ServerError `REQUEST_INVALID` where texts are to be cut at their beginning */
const askedOf = (body: Static<typeof embedAllBody>): Asked & { readonly inputs: readonly string[] } => {
  const { inputs, truncate, truncation_direction, prompt_name, parameters = {} } = body;
  if (given(truncation_direction)?.toLowerCase() === 'left')
    throw invalidRequest('truncation_direction is Left, and texts are cut at their end only: send Right.');
  const wanted = given(truncate);
  return {
    inputs: [inputs].flat(),
    model: given(body.model),
    version: given(body.version),
    fields: { ...parameters, ...(wanted !== undefined && { truncate: wanted }) },
    promptName: given(prompt_name),
  };
};

const openAiAnswer = Type.Object({
  object: Type.Literal('list'),
  data: Type.Array(
    Type.Object({
      object: Type.Literal('embedding'),
      index: Type.Integer(),
      embedding: Type.Union([vector, Type.String({ description: 'Little-endian float32 numbers as base64.' })]),
    }),
  ),
  model: Type.String(),
  usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }),
});

export const embeddingRoutes: Routes = (app, { inference }) => {
  /** Has the model answer, after which the headers of the reply are set. */
  const run = async (
    { request, reply }: Exchanged,
    { inputs, model, version, fields = {}, promptName, everyToken }: Asked,
  ): Promise<{ readonly found: Found; readonly result: InferenceResult }> => {
    if (inputs.length === 0) throw new ServerError('TEXT_EMPTY', 'No text came; expected at least one.');
    const found = inference.find(request, { model, version, answers: 'vectors' });
    return { found, result: await inference.run(request, reply, found, { inputs, fields, promptName, everyToken }) };
  };
  /** Vectors in the order of the inputs. */
  const vectorsOf = ({ predictions }: InferenceResult, wishes: VectorWishes): Float32Array[] =>
    predictions.map(({ embedding = new Float32Array() }) => vectorOf(embedding, wishes));

  const failures = { '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema };
  const tags = ['Text Embeddings Inference'];

  app.post(
    '/embed',
    {
      config: { inference: true, errorFormat: textEmbeddingsErrors },
      schema: { tags, body: embedBody, response: { 200: Type.Array(vector), ...failures } },
    },
    async (request, reply) => {
      const { normalize, dimensions } = request.body;
      const asked = askedOf(request.body);
      const { result } = await run({ request, reply }, asked);
      const vectors = vectorsOf(result, { normalize: given(normalize) ?? true, dimensions: given(dimensions) });
      reply.headers(textEmbeddingsHeaders(asked.inputs, result, reply.elapsedTime));
      return vectors.map((numbers) => [...numbers]);
    },
  );

  app.post(
    '/embed_all',
    {
      config: { inference: true, errorFormat: textEmbeddingsErrors },
      schema: {
        tags,
        description: 'A vector for every token of a text, special ones included, as the model gives them: not pooled.',
        body: embedAllBody,
        response: { 200: Type.Array(Type.Array(vector)), ...failures },
      },
    },
    async (request, reply) => {
      const asked = askedOf(request.body);
      const { result } = await run({ request, reply }, { ...asked, everyToken: true });
      reply.headers(textEmbeddingsHeaders(asked.inputs, result, reply.elapsedTime));
      return result.predictions.map(({ tokenEmbeddings = [] }) => tokenEmbeddings.map((numbers) => [...numbers]));
    },
  );

  app.post(
    '/v1/embeddings',
    {
      config: { inference: true, errorFormat: openAiErrors },
      schema: {
        tags: ['OpenAI'],
        body: embeddingsBody,
        response: { 200: openAiAnswer, '4xx': openAiErrorSchema, '5xx': openAiErrorSchema },
      },
    },
    async (request, reply) => {
      const { input, model, encoding_format, dimensions, user: _, prompt_name, ...fields } = request.body;
      const { found, result } = await run(
        { request, reply },
        { inputs: openAiInputs(input), model, fields, promptName: given(prompt_name) },
      );
      const vectors = vectorsOf(result, { dimensions: given(dimensions) });
      const asBase64 = given(encoding_format) === 'base64';
      return {
        object: 'list' as const,
        data: vectors.map((numbers, index) => ({
          object: 'embedding' as const,
          index,
          embedding: asBase64 ? vectorBase64(numbers) : [...numbers],
        })),
        model: found.model.name,
        usage: { prompt_tokens: result.tokens, total_tokens: result.tokens },
      };
    },
  );
};
