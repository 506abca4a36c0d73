/** Chroma: an embedding function of its JavaScript client. */
import type { EmbeddingFunction } from 'chromadb';
import { vectorMaker } from './vectors.js';
import type { Embedder, EmbeddingOptions } from './vectors.js';

export type { Embedder, EmbeddingOptions } from './vectors.js';

/**
 * An embedding function of Chroma, for `createCollection` and `getCollection`.
 *
 * Chroma does not keep what made the vectors of a collection: keep `await embedder.identity()` in its metadata, and give it as `identity` when the collection
 * is opened again.
 *
 * @param embedder a predictor of a model that makes vectors
 * @example
 * const embeddingFunction = createEmbeddingFunction(await loadOnnx('models/embedder'), { budget: { cost: 0.5 } });
 * const collection = await client.createCollection({ name: 'passages', embeddingFunction });
 */
export const createEmbeddingFunction = (embedder: Embedder, options: EmbeddingOptions = {}): EmbeddingFunction => {
  const vectors = vectorMaker(embedder, options);
  return {
    name: 'length-adaptive',
    generate: async (texts) => (await vectors('document', texts)).rows,
    generateForQueries: async (texts) => (await vectors('query', texts)).rows,
    defaultSpace: () => 'cosine',
    supportedSpaces: () => ['cosine', 'l2', 'ip'],
  };
};
