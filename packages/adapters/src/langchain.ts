/** LangChain.js: embeddings and a document compressor. */
import type { DocumentInterface } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import type { EmbeddingsParams } from '@langchain/core/embeddings';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { ModelError } from '@length-adaptive/models/predict';
import { rankDocuments } from './ranking.js';
import type { DocumentReranker, RankingOptions } from './ranking.js';
import { vectorMaker } from './vectors.js';
import type { Embedder, EmbeddingOptions, MakeVectors, TextRole } from './vectors.js';

export type { DocumentReranker, RankingOptions } from './ranking.js';
export type { Embedder, EmbeddingOptions } from './vectors.js';

class LengthAdaptiveEmbeddings extends Embeddings {
  readonly #vectors: MakeVectors;

  constructor(vectors: MakeVectors, params: EmbeddingsParams) {
    super(params);
    this.#vectors = vectors;
  }

  async embedDocuments(documents: string[]): Promise<number[][]> {
    return this.#rows('document', documents);
  }

  async embedQuery(query: string): Promise<number[]> {
    const [row = []] = await this.#rows('query', [query]);
    return row;
  }

  #rows(role: TextRole, texts: readonly string[]): Promise<number[][]> {
    return this.caller.call(async () => (await this.#vectors(role, texts)).rows);
  }
}

/** What a model refuses it refuses again. */
const giveUp = (error: unknown): void => {
  if (error instanceof ModelError) throw error;
};

/**
 * Embeddings of LangChain.js: what its vector stores take. Unlike those of a model behind a network, a call that fails is tried again only where `maxRetries`
 * says so, and never where the model refused it (a `ModelError`), unless `onFailedAttempt` is given.
 *
 * @param embedder a predictor of a model that makes vectors
 * @example
 * const store = await MemoryVectorStore.fromTexts(texts, metadata, createEmbeddings(await loadOnnx('models/embedder')));
 */
export const createEmbeddings = (
  embedder: Embedder,
  { maxConcurrency, maxRetries = 0, onFailedAttempt = giveUp, ...options }: EmbeddingOptions & EmbeddingsParams = {},
): Embeddings =>
  new LengthAdaptiveEmbeddings(vectorMaker(embedder, options), {
    ...(maxConcurrency !== undefined && { maxConcurrency }),
    maxRetries,
    onFailedAttempt,
  });

class LengthAdaptiveCompressor extends BaseDocumentCompressor {
  readonly #reranker: DocumentReranker;
  readonly #options: RankingOptions;

  constructor(reranker: DocumentReranker, options: RankingOptions) {
    super();
    this.#reranker = reranker;
    this.#options = options;
  }

  async compressDocuments(documents: DocumentInterface[], query: string): Promise<DocumentInterface[]> {
    const texts = documents.map(({ pageContent }) => pageContent);
    const ranked = await rankDocuments(this.#reranker, { query, documents: texts }, this.#options);
    return ranked.flatMap(({ index, score }) => {
      const document = documents[index];
      if (!document) return [];
      return [
        { ...document, metadata: { ...document.metadata, ...(score !== undefined && { relevanceScore: score }) } },
      ];
    });
  }
}

/**
 * A document compressor of LangChain.js: documents in the order of their relevance, which stands in their metadata as `relevanceScore`. Those for which a
 * deadline left no time come last, in their order and without one.
 *
 * @example
 * const compressor = createDocumentCompressor(reranker, { topN: 5, deadlineMs: 150 });
 * const documents = await compressor.compressDocuments(await retriever.invoke(query), query);
 */
export const createDocumentCompressor = (
  reranker: DocumentReranker,
  options: RankingOptions = {},
): BaseDocumentCompressor => new LengthAdaptiveCompressor(reranker, options);
