/** The routes of models that make vectors of texts: Text Embeddings Inference's, and OpenAI's. */
import type { Prediction, TextInput, TokenInput } from '@length-adaptive/models';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { invalidRequest, ServerError } from '../errors.js';
import type { InferenceResult } from '../request.js';
import { embeddingsBody, embedBody, openAiInputs } from './embeddings-body.js';
import type { Routes } from './routes.js';
import { given } from './text-embeddings-body.js';
import { textEmbeddingsErrors, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';
import { openAiErrors, openAiErrorSchema } from './open-ai-errors.js';
import { vectorBase64, vectorOf } from './vector-of.js';
import type { VectorWishes } from './vector-of.js';

const vector = Type.Array(Type.Number());

/** What a route of vectors asks the model for. */
interface Asked extends VectorWishes {
  readonly inputs: readonly (TextInput | TokenInput)[];
  readonly model: string | undefined;
  readonly version?: string | undefined;
  readonly fields: Static<typeof embedBody>['parameters'];
  readonly promptName?: string | undefined;
}

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
  /** @returns the vectors in the order of the inputs, after the headers of the reply are set */
  const embed = async (
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
    { inputs, model, version, fields = {}, promptName, ...wishes }: Asked,
  ): Promise<{
    readonly vectors: readonly Float32Array[];
    readonly result: InferenceResult;
    readonly name: string;
  }> => {
    if (inputs.length === 0) throw new ServerError('TEXT_EMPTY', 'No text came; expected at least one.');
    const found = inference.find(request, { model, version, answers: 'vectors' });
    const result = await inference.run(request, reply, found, { inputs, fields, promptName });
    const read = ({ embedding = new Float32Array() }: Prediction): Float32Array => vectorOf(embedding, wishes);
    return { vectors: result.predictions.map(read), result, name: found.model.name };
  };

  app.post(
    '/embed',
    {
      config: { inference: true, errorFormat: textEmbeddingsErrors },
      schema: {
        tags: ['Text Embeddings Inference'],
        body: embedBody,
        response: { 200: Type.Array(vector), '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema },
      },
    },
    async (request, reply) => {
      const {
        inputs,
        truncate,
        truncation_direction,
        normalize,
        prompt_name,
        dimensions,
        parameters = {},
      } = request.body;
      if (given(truncation_direction)?.toLowerCase() === 'left')
        throw invalidRequest('truncation_direction is Left, and texts are cut at their end only: send Right.');
      const texts = [inputs].flat();
      const wanted = given(truncate);
      const { vectors, result } = await embed(
        { request, reply },
        {
          inputs: texts,
          model: given(request.body.model),
          version: given(request.body.version),
          fields: { ...parameters, ...(wanted !== undefined && { truncate: wanted }) },
          promptName: given(prompt_name),
          normalize: given(normalize) ?? true,
          dimensions: given(dimensions),
        },
      );
      reply.headers(textEmbeddingsHeaders(texts, result, reply.elapsedTime));
      return vectors.map((numbers) => [...numbers]);
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
      const { vectors, result, name } = await embed(
        { request, reply },
        { inputs: openAiInputs(input), model, fields, promptName: given(prompt_name), dimensions: given(dimensions) },
      );
      const asBase64 = given(encoding_format) === 'base64';
      return {
        object: 'list' as const,
        data: vectors.map((numbers, index) => ({
          object: 'embedding' as const,
          index,
          embedding: asBase64 ? vectorBase64(numbers) : [...numbers],
        })),
        model: name,
        usage: { prompt_tokens: result.tokens, total_tokens: result.tokens },
      };
    },
  );
};
