/** LlamaIndex.TS: an embedding model and a node postprocessor. */
import { BaseEmbedding } from '@llamaindex/core/embeddings';
import type { MessageContent, MessageContentDetail } from '@llamaindex/core/llms';
import type { BaseNodePostprocessor } from '@llamaindex/core/postprocessor';
import { MetadataMode } from '@llamaindex/core/schema';
import type { NodeWithScore } from '@llamaindex/core/schema';
import { rankDocuments } from './ranking.js';
import type { DocumentReranker, RankingOptions } from './ranking.js';
import { vectorMaker } from './vectors.js';
import type { Embedder, EmbeddingOptions, MakeVectors } from './vectors.js';

export type { DocumentReranker, RankingOptions } from './ranking.js';
export type { Embedder, EmbeddingOptions } from './vectors.js';

/** Texts that are handed over at once: they are sorted by length and cut into batches there. */
const batchSize = 1024;

class LengthAdaptiveEmbedding extends BaseEmbedding {
  readonly #vectors: MakeVectors;

  constructor(vectors: MakeVectors) {
    super();
    this.#vectors = vectors;
    this.embedBatchSize = batchSize;
  }

  override getTextEmbeddings = async (texts: string[]): Promise<number[][]> =>
    (await this.#vectors('document', texts)).rows;

  async getTextEmbedding(text: string): Promise<number[]> {
    const [row = []] = await this.getTextEmbeddings([text]);
    return row;
  }

  override async getQueryEmbedding(query: MessageContentDetail): Promise<number[] | null> {
    if (query.type !== 'text') return null;
    const { rows } = await this.#vectors('query', [query.text]);
    return rows[0] ?? null;
  }
}

/**
 * An embedding model of LlamaIndex.TS: `Settings.embedModel`.
 *
 * @param embedder a predictor of a model that makes vectors
 * @example
 * Settings.embedModel = createEmbedding(await loadOnnx('models/embedder'), { budget: { cost: 0.5 } });
 */
export const createEmbedding = (embedder: Embedder, options: EmbeddingOptions = {}): BaseEmbedding =>
  new LengthAdaptiveEmbedding(vectorMaker(embedder, options));

/** The words of a query. */
const wordsOf = (query: MessageContent | undefined): string =>
  typeof query === 'string'
    ? query
    : (query ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

/**
 * A node postprocessor of LlamaIndex.TS: nodes in the order of their relevance, which is their score. Those for which a deadline left no time come last, in
 * their order and with the score that they had.
 *
 * @example
 * const engine = index.asQueryEngine({ nodePostprocessors: [createPostprocessor(reranker, { topN: 5 })] });
 */
export const createPostprocessor = (
  reranker: DocumentReranker,
  options: RankingOptions = {},
): BaseNodePostprocessor => ({
  postprocessNodes: async (nodes, query): Promise<NodeWithScore[]> => {
    const documents = nodes.map(({ node }) => node.getContent(MetadataMode.EMBED));
    const ranked = await rankDocuments(reranker, { query: wordsOf(query), documents }, options);
    return ranked.flatMap(({ index, score }) => {
      const found = nodes[index];
      if (!found) return [];
      return [score === undefined ? found : { ...found, score }];
    });
  },
});
