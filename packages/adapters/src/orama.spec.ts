import { create, insert, insertMultiple, search, update } from '@orama/orama';
import type { Predictor } from '@length-adaptive/models';
import { createEmbeddingsPlugin, vectorType } from './orama.js';
import { miniLm, passages, queries } from './testing/models.js';

let embedder: Predictor;
beforeAll(async () => {
  embedder = await miniLm();
});
afterAll(() => embedder.dispose());

const database = (options: { readonly dimensions?: number } = {}) =>
  create({
    schema: { title: 'string', body: { text: 'string' }, embeddings: vectorType(embedder, options) } as const,
    plugins: [createEmbeddingsPlugin(embedder, { properties: ['title', 'body.text'], ...options })],
  });
const rows = passages.map((text, id) => ({ id: String(id), title: 'A passage', body: { text } }));

test.each(['vector', 'hybrid'] as const)(
  '%s: documents inserted one by one and together are found by their meaning',
  async (mode) => {
    const db = database();
    const [first, ...others] = rows;
    await insert(db, { ...first });
    await insertMultiple(
      db,
      others.map((row) => ({ ...row })),
    );
    for (const [i, term] of queries.entries()) {
      const { hits } = await search(db, { mode, term, similarity: 0.1, limit: 1 } as never);
      expect(hits[0]?.id).toBe(String(i));
    }
    const { count } = await search(db, { term: 'orbit' });
    expect(count).toBe(1);
  },
);

test('vectors that are there stay, a document that changes has a new one', async () => {
  const db = database({ dimensions: 16 });
  const own = Array.from({ length: 16 }, (_, i) => Number(i === 0));
  await insert(db, { id: 'own', title: 'mine', embeddings: own });
  const { hits } = await search(db, { mode: 'vector', vector: { value: own, property: 'embeddings' } });
  expect(hits.map(({ id }) => id)).toEqual(['own']);
  await update(db, 'own', { id: 'own', title: passages[2] ?? '' });
  const asked = { mode: 'vector', term: passages[2], similarity: 0.9 } as never;
  expect((await search(db, asked)).hits.map(({ id }) => id)).toEqual(['own']);
});

test('texts of a list count as one text does', async () => {
  const seen: string[] = [];
  const embed = (async (texts: readonly string[]) => {
    seen.push(...texts);
    return embedder.embed(texts);
  }) as unknown as Predictor['embed'];
  const db = create({
    schema: { title: 'string', tags: 'string[]', embeddings: vectorType(embedder) } as const,
    plugins: [createEmbeddingsPlugin({ ...embedder, embed }, { properties: ['title', 'tags'] })],
  });
  await insert(db, { title: 'A passage', tags: ['orbit', 'moon'] });
  await insert(db, { tags: ['orbit'] });
  expect(seen).toEqual(['A passage. orbit, moon', 'orbit']);
});

test('a document without a text is refused', async () => {
  await expect(insert(database(), { id: 'empty' })).rejects.toMatchObject({
    code: 'TEXT_EMPTY',
    message: expect.stringMatching(/no text in title, body.text: \{"id":"empty"\}/) as string,
  });
});
