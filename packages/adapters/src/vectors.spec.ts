import type { EmbedOptions, Predictor } from '@length-adaptive/models';
import { miniLm, passages } from './testing/models.js';
import { vectorMaker } from './vectors.js';

let embedder: Predictor;
beforeAll(async () => {
  embedder = await miniLm();
});
afterAll(() => embedder.dispose());

/** The model as if it had prompts. */
const prompted = (prompts: Readonly<Record<string, string>>): Predictor => {
  const embedding = embedder.embedding && { ...embedder.embedding, prompts };
  return {
    ...embedder,
    embedding,
    embed: ((texts: readonly string[], { prompt, ...options }: EmbedOptions = {}) =>
      embedder.embed(texts, {
        ...options,
        prompt: typeof prompt === 'string' ? { text: prompts[prompt] ?? 'unknown' } : prompt,
      })) as unknown as Predictor['embed'],
  };
};

const rowsOf = async (texts: readonly string[]): Promise<number[][]> =>
  (await embedder.embed(texts, { onError: 'throw' })).map(({ vector }) => Array.from(vector));

test('vectors are those of the model, with the tokens that they took', async () => {
  const { rows, tokens } = await vectorMaker(embedder)('document', passages);
  expect(rows).toEqual(await rowsOf(passages));
  expect(tokens).toBe(
    (await Promise.all(passages.map((text) => embedder.countTokens(text)))).reduce((sum, count) => sum + count, 0),
  );
  expect(await vectorMaker(embedder)('query', [])).toEqual({ rows: [], tokens: 0 });
});

test('documents keep to their budget, queries to theirs, a call to its own', async () => {
  const points = [
    { point: { lengths: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4] }, score: 0.9, cost: 0.5 },
    { point: { lengths: [1, 1, 1, 1, 1, 1] }, score: 1, cost: 1 },
  ];
  const seen: unknown[] = [];
  const watched: Predictor = {
    ...embedder,
    paretoSet: points,
    embed: ((texts: readonly string[], { budget, dimensions }: EmbedOptions = {}) => {
      seen.push({ budget, dimensions });
      return embedder.embed(texts, { dimensions });
    }) as unknown as Predictor['embed'],
  };
  const make = vectorMaker(watched, { budget: { cost: 0.5 }, dimensions: 8 });
  const { rows } = await make('document', ['a text']);
  await make('query', ['a text']);
  await make('document', ['a text'], { budget: { cost: 0.7 } });
  await vectorMaker(watched, { queryBudget: { minScore: 0.8 } })('query', ['a text']);
  expect(rows[0]).toHaveLength(8);
  expect(seen).toEqual([
    { budget: { cost: 0.5 }, dimensions: 8 },
    { budget: undefined, dimensions: 8 },
    { budget: { cost: 0.7 }, dimensions: 8 },
    { budget: { minScore: 0.8 }, dimensions: undefined },
  ]);
});

test('prompts are the model’s own for queries and documents, or those that are asked for', async () => {
  const model = prompted({ query: 'query: ', passage: 'passage: ' });
  const text = passages[0] ?? '';
  const row = async (make: ReturnType<typeof vectorMaker>, role: 'document' | 'query') =>
    (await make(role, [text])).rows[0];
  expect(await row(vectorMaker(model), 'query')).toEqual((await rowsOf([`query: ${text}`]))[0]);
  expect(await row(vectorMaker(model), 'document')).toEqual((await rowsOf([`passage: ${text}`]))[0]);
  const bare = vectorMaker(model, { queryPrompt: null, documentPrompt: { text: 'about: ' } });
  expect(await row(bare, 'query')).toEqual((await rowsOf([text]))[0]);
  expect(await row(bare, 'document')).toEqual((await rowsOf([`about: ${text}`]))[0]);
});

test('an index of another identity is refused, its own is not', async () => {
  const identity = await embedder.identity();
  const make = vectorMaker(embedder, { identity, budget: { cost: 1 } });
  expect((await make('query', ['a text'])).rows).toHaveLength(1);
  for (const other of [
    vectorMaker(embedder, { identity, dimensions: 64 }),
    vectorMaker(embedder, { identity, documentPrompt: { text: 'passage: ' } }),
    vectorMaker(embedder, { identity: identity.replace('fp32', 'int8') }),
  ])
    for (const role of ['query', 'document'] as const)
      await expect(other(role, ['a text'])).rejects.toMatchObject({
        code: 'INDEX_MISMATCH',
        message: expect.stringMatching(
          /index was made under the identity weights=.*this model have weights=/,
        ) as string,
      });
});

test('a text that cannot be read refuses the call', async () => {
  await expect(vectorMaker(embedder)('document', ['a text', ''])).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
});
