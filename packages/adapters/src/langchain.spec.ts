import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import { VectorStore } from '@langchain/core/vectorstores';
import type { Predictor, Reranker } from '@length-adaptive/models';
import { cosine } from '@length-adaptive/models';
import { createDocumentCompressor, createEmbeddings } from './langchain.js';
import { documents, hurried, miniLm, passages, queries, question, tinyReranker } from './testing/models.js';

let embedder: Predictor;
let reranker: Reranker;
beforeAll(async () => {
  [embedder, reranker] = [await miniLm(), await tinyReranker()];
});
afterAll(() => {
  embedder.dispose();
  reranker.dispose();
});

/** A vector store as LangChain.js has them built, over its own base class. */
class ListStore extends VectorStore {
  readonly #rows: { readonly vector: number[]; readonly document: Document }[] = [];
  _vectorstoreType(): string {
    return 'list';
  }
  async addVectors(vectors: number[][], added: Document[]): Promise<void> {
    vectors.forEach((vector, i) => this.#rows.push({ vector, document: added[i] as Document }));
  }
  async addDocuments(added: Document[]): Promise<void> {
    await this.addVectors(await this.embeddings.embedDocuments(added.map(({ pageContent }) => pageContent)), added);
  }
  async similaritySearchVectorWithScore(query: number[], k: number): Promise<[Document, number][]> {
    return this.#rows
      .map(({ vector, document }): [Document, number] => [document, cosine(query, vector)])
      .sort(([, a], [, b]) => b - a)
      .slice(0, k);
  }
}

test('a vector store finds what queries ask for', async () => {
  const embeddings = createEmbeddings(embedder, { maxRetries: 1 });
  expect(embeddings).toBeInstanceOf(Embeddings);
  const store = new ListStore(embeddings, {});
  await store.addDocuments(passages.map((pageContent) => new Document({ pageContent })));
  const found = await store.asRetriever({ k: 1 }).batch(queries);
  expect(found.map(([document]) => document?.pageContent)).toEqual(passages);
});

test('calls run as many at once, and are tried as often again, as LangChain.js is told', async () => {
  const counts = { calls: 0, running: 0, most: 0 };
  let failures = 0;
  const failing: Pick<Predictor, 'embed' | 'embedding' | 'identity'> = {
    ...embedder,
    embed: (async () => {
      counts.calls += 1;
      counts.running += 1;
      counts.most = Math.max(counts.most, counts.running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      counts.running -= 1;
      if (failures-- > 0) throw new Error('lost');
      return [{ vector: Float32Array.of(1), tokens: 3 }];
    }) as unknown as Predictor['embed'],
  };
  const one = createEmbeddings(failing, { maxConcurrency: 1, maxRetries: 1 });
  await Promise.all([one.embedQuery('a'), one.embedQuery('b'), one.embedDocuments(['c'])]);
  expect(counts).toEqual({ calls: 3, running: 0, most: 1 });
  failures = 1;
  expect(await one.embedQuery('a')).toEqual([1]);
  expect(counts.calls).toBe(5);
  failures = 1;
  await expect(createEmbeddings(failing).embedQuery('a')).rejects.toThrow('lost');
  expect(counts.calls).toBe(6);
});

test('what the model refuses is not tried again', async () => {
  let calls = 0;
  const watched: Pick<Predictor, 'embed' | 'embedding' | 'identity'> = {
    ...embedder,
    embed: ((...given: Parameters<Predictor['embed']>) => {
      calls += 1;
      return embedder.embed(...given);
    }) as unknown as Predictor['embed'],
  };
  const embeddings = createEmbeddings(watched, { maxRetries: 3 });
  await expect(embeddings.embedDocuments(['a text', ''])).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
  expect(calls).toBe(1);
});

test('a compressor puts documents in order, with their relevance', async () => {
  const compressor = createDocumentCompressor(reranker, { topN: 3 });
  expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true);
  const given = documents.map((pageContent, at) => new Document({ pageContent, id: `${at}`, metadata: { at } }));
  const { results } = await reranker.rerank(question, documents);
  expect(await compressor.compressDocuments(given, question)).toEqual(
    results.slice(0, 3).map(({ index, score }) => ({
      pageContent: documents[index],
      id: `${index}`,
      metadata: { at: index, relevanceScore: score },
    })),
  );
  expect(given[0]?.metadata).toEqual({ at: 0 });
  expect(await compressor.compressDocuments([], question)).toEqual([]);
});

test('what a deadline leaves no time for comes last', async () => {
  const compressor = createDocumentCompressor(hurried(reranker, 2));
  const found = await compressor.compressDocuments(
    documents.map((pageContent) => new Document({ pageContent })),
    question,
  );
  expect(found).toHaveLength(documents.length);
  expect(found.at(-1)).toMatchObject({ pageContent: documents[2], metadata: {} });
  expect(found.at(-1)?.metadata).not.toHaveProperty('relevanceScore');
});
