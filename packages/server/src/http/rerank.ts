/** Reranking in the shape that Cohere's and Jina's clients speak. */
import { Type } from 'typebox';
import type { ErrorFormat } from './error-body.js';
import { checkRanking, longDocuments, probabilityOf, stageSchema, stagesOf } from './rerank-fields.js';
import { rerankFields } from './request-fields.js';
import { fieldsOfResult, resultFields } from './result-fields.js';
import type { Routes } from './routes.js';

const document = Type.Union([Type.String(), Type.Object({ text: Type.String() }, { additionalProperties: true })]);

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

/** Clients of this protocol send fields of other models and versions: what is not known is left alone. */
const rerankBody = Type.Object({
  model: Type.Optional(Type.String({ maxLength: 256, description: 'Default: the only model.' })),
  version: Type.Optional(Type.String({ maxLength: 256 })),
  query: Type.String(),
  documents: Type.Array(document, { description: 'Texts, or objects with a `text`.' }),
  top_n: orNull(Type.Integer({ minimum: 1, description: 'Most documents to give. Default: all of them.' })),
  return_documents: orNull(Type.Boolean({ description: 'Give the documents, too. Default false.' })),
  ...rerankFields,
});

const tokenCount = Type.Integer();

const rerankAnswer = Type.Object({
  id: Type.String(),
  model: Type.String(),
  version: Type.String(),
  results: Type.Array(
    Type.Object({
      index: Type.Integer(),
      relevance_score: Type.Number({ description: 'A probability.' }),
      document: Type.Optional(document),
    }),
    { description: 'Best first.' },
  ),
  usage: Type.Object({ total_tokens: tokenCount, prompt_tokens: tokenCount }),
  meta: Type.Object({
    api_version: Type.Object({ version: Type.String() }),
    billed_units: Type.Object({ search_units: Type.Integer() }),
    tokens: Type.Object({ input_tokens: tokenCount, output_tokens: tokenCount }),
  }),
  stages: stageSchema,
  unseen: Type.Array(Type.Integer(), { description: 'Documents for which a deadline left no time.' }),
  ...resultFields,
});

/** Clients of this protocol read `message`. */
const errorFormat: ErrorFormat = ({ status, code, message, details }) => ({
  status,
  body: { ...details, message, error: message, code },
});

const failure = Type.Object(
  { message: Type.String(), error: Type.String(), code: Type.String() },
  { additionalProperties: true },
);

export const rerankRoutes: Routes = (app, { inference }) => {
  for (const [path, version] of [
    ['/v1/rerank', '1'],
    ['/v2/rerank', '2'],
  ] as const)
    app.post(
      path,
      {
        config: { inference: true, errorFormat },
        schema: {
          tags: ['Rerank'],
          description:
            "Documents in the order of their relevance, as Cohere's and Jina's clients ask for it. Of documents that are too long the best part counts; with `truncate` they are cut.",
          body: rerankBody,
          response: { 200: rerankAnswer, '4xx': failure, '5xx': failure },
        },
      },
      async (request, reply) => {
        const { model, version: ofModel, query, documents, top_n, return_documents, ...fields } = request.body;
        const found = inference.find(request, { model, version: ofModel, answers: 'label' });
        const texts = documents.map((each) => (typeof each === 'string' ? each : each.text));
        checkRanking(found, { query, documents: texts, fields });
        const ranking = await inference.rank(request, reply, found, {
          inputs: texts.map((text) => [query, text] as const),
          fields,
          long: longDocuments(fields.truncate),
        });
        const seen = new Set(ranking.ranked.map(({ text }) => text));
        const { tokens } = ranking.result;
        return {
          id: request.id,
          model: found.model.name,
          version: found.model.version,
          results: ranking.ranked.slice(0, top_n ?? undefined).map(({ text, logit }) => ({
            index: text,
            relevance_score: probabilityOf(logit),
            ...(return_documents === true && {
              document: typeof documents[text] === 'string' ? { text: documents[text] } : (documents[text] ?? ''),
            }),
          })),
          usage: { total_tokens: tokens, prompt_tokens: tokens },
          meta: {
            api_version: { version },
            billed_units: { search_units: 1 },
            tokens: { input_tokens: tokens, output_tokens: 0 },
          },
          stages: stagesOf(ranking),
          unseen: [...texts.keys()].filter((text) => !seen.has(text)),
          ...fieldsOfResult(ranking.result, found.status),
        };
      },
    );
};
