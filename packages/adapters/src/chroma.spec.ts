import { ChromaClient } from 'chromadb';
import type { Predictor } from '@length-adaptive/models';
import { createEmbeddingFunction } from './chroma.js';
import { startChromaServer, type ChromaServer } from './testing/chroma-server.js';
import { miniLm, passages, queries } from './testing/models.js';

let embedder: Predictor;
let server: ChromaServer;
let client: ChromaClient;
beforeAll(async () => {
  [embedder, server] = [await miniLm(), await startChromaServer()];
  client = new ChromaClient({ host: '127.0.0.1', port: server.port });
});
afterAll(async () => {
  embedder.dispose();
  await server.close();
});

test('a collection makes its vectors by it, and finds what queries ask for', async () => {
  const embeddingFunction = createEmbeddingFunction(embedder);
  const metadata = { identity: await embedder.identity() };
  const created = await client.createCollection({ name: 'passages', embeddingFunction, metadata });
  await created.add({ ids: passages.map((_, i) => String(i)), documents: [...passages] });
  expect([...server.widths()]).toEqual([384]);
  const collection = await client.getCollection({ name: 'passages', embeddingFunction });
  const { ids } = await collection.query({ queryTexts: [...queries], nResults: 1 });
  expect(ids).toEqual([['0'], ['1'], ['2'], ['3']]);
});

test('a collection of another model is refused', async () => {
  const { metadata } = await client.getCollection({
    name: 'passages',
    embeddingFunction: createEmbeddingFunction(embedder),
  });
  const identity = metadata?.['identity'] as string;
  const open = (dimensions?: number) =>
    client.getCollection({
      name: 'passages',
      embeddingFunction: createEmbeddingFunction(embedder, { identity, dimensions }),
    });
  const asked = { queryTexts: ['a cat'], nResults: 1 };
  expect((await (await open()).query(asked)).ids).toEqual([['0']]);
  await expect((await open(64)).query(asked)).rejects.toMatchObject({ code: 'INDEX_MISMATCH' });
});
