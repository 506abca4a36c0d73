/** The Vercel AI SDK: an embedding model and a reranking model. */
import type { EmbeddingModelV3, JSONObject, RerankingModelV3, SharedV3Warning } from '@ai-sdk/provider';
import { ModelError } from '@length-adaptive/models/predict';
import type { Budget, RerankDocument } from '@length-adaptive/models/predict';
import { everyDocument, rankingOfCall } from './ranking.js';
import type { DocumentReranker, RankingOptions } from './ranking.js';
import { vectorMaker } from './vectors.js';
import type { Embedder, EmbeddingOptions, TextRole } from './vectors.js';

export type { DocumentReranker, RankingOptions } from './ranking.js';
export type { Embedder, EmbeddingOptions, TextRole } from './vectors.js';

/** The name under which a call has options for these models: `providerOptions: { 'length-adaptive': { budget: { cost: 0.5 } } }`. */
const provider = 'length-adaptive';

export interface EmbeddingModelOptions extends EmbeddingOptions {
  /** What the SDK's traces call the model. Default `embedding`. */
  readonly modelId?: string | undefined;
  /** What texts are to the index, where a call does not say it as `role`. Default `document`. */
  readonly role?: TextRole | undefined;
}

/** What a call of `embed` or `embedMany` may say in its `providerOptions`. */
interface EmbedCallOptions {
  readonly budget?: Budget;
  readonly role?: TextRole;
}

/** What a call of `rerank` may say there. */
type RerankCallOptions = Omit<RankingOptions, 'topN'>;

/**
 * The options of a call. What is in them is checked where it is used.
 *
 * @throws ModelError `OPTION_INVALID` for one that there is not, which would go unheard
 */
const optionsOf = <Options>(
  given: Readonly<Record<string, JSONObject>> | undefined,
  known: readonly (keyof Options & string)[],
): Options => {
  const own = given?.[provider] ?? {};
  const unknown = Object.keys(own).find((name) => !known.some((each) => each === name));
  if (unknown === undefined) return own as Options;
  throw new ModelError(
    'OPTION_INVALID',
    `providerOptions has the option ${JSON.stringify(unknown)} for ${provider}; expected some of ${known.join(', ')}.`,
  );
};

/**
 * An embedding model of the AI SDK, for `embed` and `embedMany`.
 *
 * @param embedder a predictor of a model that makes vectors
 * @example
 * const model = createEmbeddingModel(await loadOnnx('models/embedder'), { budget: { cost: 0.5 } });
 * const { embeddings } = await embedMany({ model, values: passages });
 */
export const createEmbeddingModel = (
  embedder: Embedder,
  { modelId = 'embedding', role = 'document', ...options }: EmbeddingModelOptions = {},
): EmbeddingModelV3 => {
  const vectors = vectorMaker(embedder, options);
  return {
    specificationVersion: 'v3',
    provider,
    modelId,
    maxEmbeddingsPerCall: Infinity,
    supportsParallelCalls: false,
    doEmbed: async ({ values, abortSignal, providerOptions }) => {
      const asked = optionsOf<EmbedCallOptions>(providerOptions, ['budget', 'role']);
      const { rows, tokens } = await vectors(asked.role ?? role, values, { budget: asked.budget, signal: abortSignal });
      return { embeddings: rows, usage: { tokens }, warnings: [] };
    },
  };
};

/** What is read of an object: its `text` where it has one. */
const documentOf = (value: JSONObject): RerankDocument =>
  typeof value['text'] === 'string' ? value['text'] : JSON.stringify(value);

export interface RerankingModelOptions extends Omit<RankingOptions, 'topN'> {
  /** What the SDK's traces call the model. Default `reranking`. */
  readonly modelId?: string | undefined;
}

/**
 * A reranking model of the AI SDK, for `rerank`. Objects are read as their `text`, else as JSON.
 *
 * @example
 * const model = createRerankingModel(reranker, { deadlineMs: 150 });
 * const { rerankedDocuments } = await rerank({ model, query, documents: passages, topN: 5 });
 */
export const createRerankingModel = (
  reranker: DocumentReranker,
  { modelId = 'reranking', ...options }: RerankingModelOptions = {},
): RerankingModelV3 => ({
  specificationVersion: 'v3',
  provider,
  modelId,
  doRerank: async ({ documents, query, topN, abortSignal, providerOptions }) => {
    const texts = documents.type === 'text' ? documents.values : documents.values.map(documentOf);
    const own = optionsOf<RerankCallOptions>(providerOptions, ['budget', 'point', 'cascade', 'deadlineMs']);
    const asked = rankingOfCall(options, own);
    const found = await reranker.rerank(query, texts, { ...asked, signal: abortSignal });
    const scored = everyDocument(found).flatMap(({ index, score }) =>
      score === undefined ? [] : [{ index, relevanceScore: score }],
    );
    const missing = texts.length - scored.length;
    const warnings: SharedV3Warning[] =
      missing === 0
        ? []
        : [
            {
              type: 'other',
              message: `${missing} of ${texts.length} documents are not ranked: for ${found.unseen.length} no time was left, ${found.failed.length} cannot be read.`,
            },
          ];
    const { cost, milliseconds, unseen, stages } = found;
    const seen = stages.map(({ point, documents: count }) => ({
      lengths: [...(point.lengths ?? [])],
      documents: count,
    }));
    return {
      ranking: scored.slice(0, topN),
      warnings,
      providerMetadata: { [provider]: { cost, milliseconds, unseen: [...unseen], stages: seen } },
    };
  },
});
