/** The route of Text Embeddings Inference that rerankers have. */
import { Type } from 'typebox';
import { ServerError } from '../errors.js';
import { checkRanking, longDocuments, probabilityOf } from './rerank-fields.js';
import { rerankFields } from './request-fields.js';
import type { Routes } from './routes.js';
import { given, modelFields, orNull, truncationDirection } from './text-embeddings-body.js';
import { textEmbeddingsErrors as errorFormat, textEmbeddingsErrorSchema } from './text-embeddings-errors.js';
import { textEmbeddingsHeaders } from './text-embeddings-headers.js';

const rerankBody = Type.Object({
  query: Type.String(),
  texts: Type.Array(Type.String(), { description: 'What is ranked.' }),
  raw_scores: orNull(Type.Boolean({ description: 'Logits in place of probabilities.' })),
  return_text: orNull(Type.Boolean({ description: 'Give the texts, too.' })),
  truncate: orNull(
    Type.Boolean({
      description: 'Texts that are too long are cut (true) or refused (false). Default: the best part of each counts.',
    }),
  ),
  truncation_direction: truncationDirection,
  ...modelFields,
  parameters: Type.Optional(
    Type.Object(rerankFields, {
      additionalProperties: false,
      description: 'An addition of ours: the budget, or a deadline.',
    }),
  ),
});

const ranks = Type.Array(
  Type.Object({ index: Type.Integer(), score: Type.Number(), text: Type.Optional(Type.String()) }),
  { description: 'Best first; under a deadline those for which there was time.' },
);

export const textEmbeddingsRerankRoutes: Routes = (app, { inference, options }) => {
  app.post(
    '/rerank',
    {
      config: { inference: true, errorFormat },
      schema: {
        tags: ['Text Embeddings Inference'],
        body: rerankBody,
        response: { 200: ranks, '4xx': textEmbeddingsErrorSchema, '5xx': textEmbeddingsErrorSchema },
      },
    },
    async (request, reply) => {
      const {
        query,
        texts,
        raw_scores,
        return_text,
        truncate,
        truncation_direction,
        parameters = {},
        ...of
      } = request.body;
      const found = inference.find(request, { model: given(of.model), version: given(of.version), answers: 'label' });
      if (texts.length === 0)
        throw new ServerError('TEXT_EMPTY', 'texts is an empty list; expected at least one text.');
      checkRanking(found, { query, documents: texts, fields: parameters });
      const wanted = given(truncate) ?? parameters.truncate ?? (options.truncate ? true : undefined);
      const isCut = wanted === true && truncation_direction?.toLowerCase() !== 'left';
      const inputs = texts.map((text) => [query, text] as const);
      const ranking = await inference.rank(request, reply, found, {
        inputs,
        fields: parameters,
        long: longDocuments(wanted === undefined ? undefined : isCut),
      });
      reply.headers(textEmbeddingsHeaders(inputs, ranking.result, reply.elapsedTime));
      return ranking.ranked.map(({ text, logit }) => ({
        index: text,
        score: raw_scores === true ? logit : probabilityOf(logit),
        ...(return_text === true && { text: texts[text] ?? '' }),
      }));
    },
  );
};
