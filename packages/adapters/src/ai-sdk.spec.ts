import { cosineSimilarity, embed, embedMany, rerank } from 'ai';
import type { EmbedOptions, Predictor, Reranker } from '@length-adaptive/models';
import { createEmbeddingModel, createRerankingModel } from './ai-sdk.js';
import { documents, hurried, miniLm, passages, queries, question, tinyReranker } from './testing/models.js';

let embedder: Predictor;
let reranker: Reranker;
beforeAll(async () => {
  [embedder, reranker] = [await miniLm(), await tinyReranker()];
  globalThis.AI_SDK_LOG_WARNINGS = false;
});
afterAll(() => {
  embedder.dispose();
  reranker.dispose();
});

test('embedMany and embed: what queries ask for is nearest', async () => {
  const model = createEmbeddingModel(embedder);
  const { embeddings, usage } = await embedMany({ model, values: passages });
  expect(usage.tokens).toBe(
    (await Promise.all(passages.map((text) => embedder.countTokens(text)))).reduce((sum, count) => sum + count, 0),
  );
  for (const [i, value] of queries.entries()) {
    const { embedding } = await embed({ model: createEmbeddingModel(embedder, { role: 'query' }), value });
    const near = embeddings.map((row) => cosineSimilarity(row, embedding));
    expect(near.indexOf(Math.max(...near))).toBe(i);
  }
});

test('a call has its own budget and role, and can be stopped', async () => {
  const seen: unknown[] = [];
  const watched: Predictor = {
    ...embedder,
    embedding: embedder.embedding && { ...embedder.embedding, prompts: { query: 'q: ' } },
    embed: ((texts: readonly string[], { budget, prompt, signal }: EmbedOptions = {}) => {
      seen.push({ budget, prompt });
      return embedder.embed(texts, { signal });
    }) as unknown as Predictor['embed'],
  };
  const model = createEmbeddingModel(watched, { budget: { cost: 0.5 }, modelId: 'minilm' });
  const own = { 'length-adaptive': { budget: { cost: 0.3 }, role: 'query' } };
  await embed({ model, value: 'a text' });
  await embed({ model, value: 'a text', providerOptions: own });
  expect(seen).toEqual([
    { budget: { cost: 0.5 }, prompt: undefined },
    { budget: { cost: 0.3 }, prompt: 'query' },
  ]);
  await expect(
    embed({ model, value: 'a text', abortSignal: AbortSignal.abort(), maxRetries: 0 }),
  ).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(
    embed({
      model: createEmbeddingModel(embedder),
      value: 'a text',
      maxRetries: 0,
      providerOptions: { 'length-adaptive': { budget: { cost: 7 } } },
    }),
  ).rejects.toMatchObject({ code: 'BUDGET_INVALID' });
});

test.each([
  [{ role: 'passage' }, /role is "passage"; expected "document" or "query"/],
  [{ Role: 'query' }, /the option "Role" for length-adaptive; expected some of budget, role\./],
])('a call that says %j is refused', async (own, message) => {
  const asked = { model: createEmbeddingModel(embedder), value: 'a text', maxRetries: 0 };
  await expect(embed({ ...asked, providerOptions: { 'length-adaptive': own } })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringMatching(message) as string,
  });
});

test('a ranking that says what there is not is refused', async () => {
  const asked = { model: createRerankingModel(reranker), query: question, documents, maxRetries: 0 };
  await expect(rerank({ ...asked, providerOptions: { 'length-adaptive': { deadline: 5 } } })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('expected some of budget, point, cascade, deadlineMs.') as string,
  });
});

test('rerank: texts and objects in order', async () => {
  const model = createRerankingModel(reranker);
  const { results } = await reranker.rerank(question, documents);
  const expected = results.map(({ index, score }) => ({ originalIndex: index, score }));
  const { ranking, providerMetadata } = await rerank({ model, query: question, documents });
  expect(ranking.map(({ originalIndex, score }) => ({ originalIndex, score }))).toEqual(expected);
  expect(providerMetadata).toMatchObject({
    'length-adaptive': { cost: 1, unseen: [], stages: [{ documents: documents.length }] },
  });
  const objects = documents.map((text, id) => ({ text, id }));
  const { rerankedDocuments } = await rerank({ model, query: question, documents: objects, topN: 2 });
  expect(rerankedDocuments).toEqual(expected.slice(0, 2).map(({ originalIndex }) => objects[originalIndex]));
});

test('rerank: what a deadline leaves out is told', async () => {
  const model = createRerankingModel(hurried(reranker, 1), { deadlineMs: 60_000 });
  const { ranking, providerMetadata } = await rerank({ model, query: question, documents });
  expect(ranking.map(({ originalIndex }) => originalIndex)).not.toContain(1);
  expect(ranking).toHaveLength(documents.length - 1);
  expect(providerMetadata).toMatchObject({ 'length-adaptive': { unseen: [1] } });
  const { warnings } = await model.doRerank({ query: question, documents: { type: 'text', values: documents } });
  expect(warnings).toEqual([
    { type: 'other', message: '1 of 5 documents are not ranked: for 1 no time was left, 0 cannot be read.' },
  ]);
  await expect(
    rerank({
      model,
      query: question,
      documents,
      maxRetries: 0,
      providerOptions: { 'length-adaptive': { deadlineMs: -1 } },
    }),
  ).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

const full = { lengths: [1, 1, 1] };
const short = { lengths: [1, 0.5, 0.5] };
test.each([
  ['cascade', { cascade: { point: short, keep: 2 } }],
  ['point', { point: short }],
  ['budget', { budget: { cost: 0.9 } }],
] as const)('rerank: what a call says goes before the %s of the model', async (way, options) => {
  const seen: unknown[] = [];
  const watched: Pick<Reranker, 'rerank'> = {
    rerank: (query, texts, asked = {}) => {
      seen.push(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)));
      return reranker.rerank(query, texts, asked);
    },
  };
  const model = createRerankingModel(watched, { ...options, deadlineMs: 60_000 });
  const asked = { model, query: question, documents, maxRetries: 0 };
  const ways = [{ budget: { cost: 0.8 } }, { point: full }, { cascade: { point: full, keep: 0 } }];
  for (const own of [{}, { deadlineMs: 50_000 }, ...ways])
    await rerank({ ...asked, providerOptions: { 'length-adaptive': own } });
  const { [way]: usual } = options as Record<string, unknown>;
  expect(seen).toEqual([
    { [way]: usual, deadlineMs: 60_000 },
    { [way]: usual, deadlineMs: 50_000 },
    ...ways.map((own) => ({ ...own, deadlineMs: 60_000 })),
  ]);
});
