/** Clients for embeddings and reranking that are not ours, against a server that runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Predictor } from '@length-adaptive/models';
import { load } from '@length-adaptive/models';
import { InferenceClient } from '@huggingface/inference';
import { OpenAIEmbeddings } from '@langchain/openai';
import * as tf from '@tensorflow/tfjs';
import { CohereClient, CohereClientV2 } from 'cohere-ai';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { startServer, type TestServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-clients-'));
const texts = [textOf(5), textOf(40), textOf(12, 3)];
const query = 'who was good in the film';
const documents = Array.from({ length: 7 }, (_, i) => textOf(6 + 7 * (i % 5), i));

let server: TestServer;
let vectors: Float32Array[];
/** Numbers of the documents, the most relevant first, with their probabilities. */
let ranking: { readonly index: number; readonly score: number }[];

const scored = async (ranks: Predictor): Promise<typeof ranking> => {
  const found = await ranks.predict(
    documents.map((text) => [query, text] as const),
    { onError: 'throw' },
  );
  return found.map(({ score }, index) => ({ index, score })).sort((a, b) => b.score - a.score);
};

beforeAll(async () => {
  await writeTinyModel(join(folder, 'vectors'), 'vectors');
  await writeTinyModel(join(folder, 'ranks'), 'ranks');
  const [embedder, ranks] = [await load(join(folder, 'vectors')), await load(join(folder, 'ranks'))];
  vectors = (await embedder.embed(texts, { onError: 'throw' })).map(({ vector }) => vector);
  ranking = await scored(ranks);
  for (const predictor of [embedder, ranks]) predictor.dispose();
  tf.disposeVariables();
  server = await startServer([folder]);
});
afterAll(async () => {
  await server.process.end('SIGTERM');
  rmSync(folder, { recursive: true });
});

const expectVectors = (
  given: readonly (readonly number[])[],
  expected: readonly ArrayLike<number>[] = vectors,
): void => {
  expect(given).toHaveLength(expected.length);
  given.forEach((row, i) =>
    expect(row).toEqual(Array.from(expected[i] ?? [], (value) => expect.closeTo(value, 4) as number)),
  );
};

describe('openai', () => {
  const client = (): OpenAI => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'any', maxRetries: 0 });
  const asked = { model: 'vectors', input: texts };

  test.each([undefined, 'float', 'base64'] as const)('vectors with the encoding %s', async (encoding_format) => {
    const { data, model, usage } = await client().embeddings.create({
      ...asked,
      ...(encoding_format && { encoding_format }),
    });
    const rows = data.map(({ embedding }) => embedding as number[] | string);
    expectVectors(
      rows.map((row) =>
        typeof row === 'string' ? [...new Float32Array(Uint8Array.from(Buffer.from(row, 'base64')).buffer)] : row,
      ),
    );
    expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect({ model, usage }).toEqual({ model: 'vectors', usage: { prompt_tokens: 63, total_tokens: 63 } });
  });

  test('fewer dimensions', async () => {
    const { data } = await client().embeddings.create({ ...asked, dimensions: 8 });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([8, 8, 8]);
  });

  test.each<[string, object, unknown, RegExp]>([
    ['an empty text', { input: '' }, BadRequestError, /no tokens|empty/],
    ['no text', { input: [] }, BadRequestError, /No text came/],
    ['more dimensions than there are', { dimensions: 4096 }, BadRequestError, /vectors have 32/],
    ['a model that is not there', { model: 'gpt' }, NotFoundError, /gpt/],
  ])('%s is an error of its class', async (_, other, kind, message) => {
    const failure = await client()
      .embeddings.create({ ...asked, ...other })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(message);
  });
});

describe('LangChain.js', () => {
  test('its OpenAI embeddings: documents in batches, and queries', async () => {
    const embeddings = new OpenAIEmbeddings({
      model: 'vectors',
      apiKey: 'any',
      batchSize: 2,
      maxRetries: 0,
      configuration: { baseURL: `${server.url}/v1` },
    });
    expectVectors(await embeddings.embedDocuments(texts));
    expectVectors([await embeddings.embedQuery(texts[1] ?? '')], vectors.slice(1, 2));
  });
});

test("Hugging Face's client, as of text-embeddings-inference", async () => {
  const { process, url } = await startServer([join(folder, 'vectors')]); // it names no model: there must be one alone
  const found = await new InferenceClient().featureExtraction({ endpointUrl: `${url}/embed`, inputs: texts });
  expectVectors(found as number[][]);
  await process.end('SIGTERM');
});

describe('Cohere', () => {
  const near = (count: number) =>
    ranking.slice(0, count).map(({ index, score }) => ({ index, relevanceScore: expect.closeTo(score, 4) as number }));

  test('the first version of its API, with documents back', async () => {
    const client = new CohereClient({ environment: server.url, token: 'any', maxRetries: 0 });
    const { results, meta } = await client.rerank({
      model: 'ranks',
      query,
      documents: documents.map((text, i) => (i % 2 ? { text } : text)),
      topN: 3,
      returnDocuments: true,
      maxChunksPerDoc: 2,
    });
    expect(results).toEqual(near(3).map((found) => ({ ...found, document: { text: documents[found.index] } })));
    expect(meta).toMatchObject({ apiVersion: { version: '1' }, billedUnits: { searchUnits: 1 } });
  });

  test('the second', async () => {
    const client = new CohereClientV2({ environment: server.url, token: 'any', maxRetries: 0 });
    const { results } = await client.rerank({ model: 'ranks', query, documents, maxTokensPerDoc: 4096 });
    expect(results).toEqual(near(documents.length));
    await expect(client.rerank({ model: 'ranks', query: '', documents })).rejects.toMatchObject({
      statusCode: 422,
      message: expect.stringContaining('The query is empty') as string,
    });
  });
});
