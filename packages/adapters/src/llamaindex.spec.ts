import { BaseEmbedding, getTopKEmbeddings } from '@llamaindex/core/embeddings';
import { Settings } from '@llamaindex/core/global';
import { MetadataMode, TextNode } from '@llamaindex/core/schema';
import type { NodeWithScore } from '@llamaindex/core/schema';
import type { Predictor, Reranker } from '@length-adaptive/models';
import { createEmbedding, createPostprocessor } from './llamaindex.js';
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

test('nodes go through it as through any embedding, and queries find them', async () => {
  Settings.embedModel = createEmbedding(embedder);
  expect(Settings.embedModel).toBeInstanceOf(BaseEmbedding);
  const nodes = await Settings.embedModel(passages.map((text) => new TextNode({ text })));
  const rows = nodes.map((node) => node.getEmbedding());
  for (const [i, text] of queries.entries()) {
    const query = await Settings.embedModel.getQueryEmbedding({ type: 'text', text });
    const [, best] = getTopKEmbeddings(query ?? [], rows, 1, [0, 1, 2, 3]);
    expect(best).toEqual([i]);
  }
  expect(await Settings.embedModel.getTextEmbedding(passages[0] ?? '')).toEqual(rows[0]);
  expect(await Settings.embedModel.getQueryEmbedding({ type: 'image_url', image_url: { url: 'x' } })).toBeNull();
});

const given = (): NodeWithScore[] =>
  documents.map((text, i) => ({
    node: new TextNode({ text, metadata: { page: i }, excludedEmbedMetadataKeys: ['page'] }),
    score: i,
  }));

test('a postprocessor puts nodes in order, with their relevance as score', async () => {
  const { results } = await reranker.rerank(question, documents);
  const expected = results.map(({ index, score }) => ({ text: documents[index], score }));
  for (const query of [question, [{ type: 'text' as const, text: question }]]) {
    const found = await createPostprocessor(reranker).postprocessNodes(given(), query);
    expect(found.map(({ node, score }) => ({ text: node.getContent(MetadataMode.NONE), score }))).toEqual(expected);
  }
  expect(await createPostprocessor(reranker, { topN: 2 }).postprocessNodes(given(), question)).toHaveLength(2);
});

test('what a deadline leaves no time for comes last, with the score that it had', async () => {
  const found = await createPostprocessor(hurried(reranker, 3)).postprocessNodes(given(), question);
  expect(found).toHaveLength(documents.length);
  expect(found.at(-1)).toMatchObject({ score: 3, node: { text: documents[3] } });
  await expect(createPostprocessor(reranker).postprocessNodes(given())).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
});
