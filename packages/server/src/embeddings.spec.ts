/** Vectors of texts from a model in real threads of a real process, over sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Predictor } from '@length-adaptive/models';
import { load, unit } from '@length-adaptive/models';
import * as tf from '@tensorflow/tfjs';
import type { TestServer } from './testing/start-server.js';
import { startServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-server-'));
const texts = [textOf(5), textOf(40), textOf(12, 3)];

let server: TestServer;
let predictor: Predictor;
beforeAll(async () => {
  await writeTinyModel(join(folder, 'models/vectors'), 'vectors');
  await writeTinyModel(join(folder, 'models/reviews'));
  predictor = await load(join(folder, 'models/vectors'));
  server = await startServer([join(folder, 'models')]);
});
afterAll(async () => {
  predictor.dispose();
  tf.disposeVariables();
  await server.process.end('SIGTERM');
  rmSync(folder, { recursive: true });
});

const post = async (path: string, body: object): Promise<{ readonly status: number; readonly json: unknown }> => {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
};

const expectNear = (given: readonly ArrayLike<number>[], expected: readonly ArrayLike<number>[]): void => {
  expect(given).toHaveLength(expected.length);
  expected.forEach((row, i) => {
    expect(given[i]).toHaveLength(row.length);
    for (let k = 0; k < row.length; k++) expect(given[i]?.[k]).toBeCloseTo(row[k] ?? Number.NaN, 4);
  });
};

const embedded = async (...given: Parameters<Predictor['embed']>): Promise<Float32Array[]> =>
  (await predictor.embed(given[0], { ...given[1], onError: 'throw' })).map(({ vector }) => Float32Array.from(vector));

interface OpenAiAnswer {
  readonly data: readonly { readonly index: number; readonly embedding: number[] | string }[];
  readonly model: string;
  readonly usage: { readonly prompt_tokens: number };
}

test('/v1/embeddings gives the vectors of the model, with what they took', async () => {
  const { status, json } = await post('/v1/embeddings', {
    ...{ model: 'vectors', input: texts, user: 'me' },
    ...{ input_type: 'passage', extra_body: { truncate: 'END' } }, // of other servers' clients
  });
  expect(status).toBe(200);
  const { data, model, usage } = json as OpenAiAnswer;
  expect(json).toMatchObject({ object: 'list', data: [{ object: 'embedding', index: 0 }, { index: 1 }, { index: 2 }] });
  expect({ model, tokens: usage.prompt_tokens }).toEqual({ model: 'vectors', tokens: 5 + 40 + 12 + 6 });
  expectNear(
    data.map(({ embedding }) => embedding as number[]),
    await embedded(texts),
  );
});

test('in base64, with fewer dimensions, after a prompt, within a budget', async () => {
  const asked = { encoding_format: 'base64', dimensions: 8, prompt_name: 'query', budget_cost: 0.75 };
  const { status, json } = await post('/v1/embeddings', { model: 'vectors', input: texts[1], ...asked });
  expect(status).toBe(200);
  const [{ embedding = '' } = {}] = (json as OpenAiAnswer).data;
  const bytes = Buffer.from(embedding as string, 'base64');
  const numbers = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  expectNear([numbers], await embedded([texts[1] ?? ''], { dimensions: 8, prompt: 'query', budget: { cost: 0.75 } }));
});

test('token ids are taken too', async () => {
  const ids = [2, 9, 10, 3];
  const { json } = await post('/v1/embeddings', { model: 'vectors', input: [ids, ids] });
  const [{ embedding }] = (await predictor.predict([{ ids }])) as [{ embedding?: Float32Array }];
  expectNear(
    (json as OpenAiAnswer).data.map((row) => row.embedding as number[]),
    [embedding ?? [], embedding ?? []],
  );
});

test('/embed gives a list of vectors, of one text too', async () => {
  expectNear((await post('/embed', { inputs: texts, model: 'vectors' })).json as number[][], await embedded(texts));
  const { json } = await post('/embed', { inputs: texts[0], model: 'vectors', dimensions: 4, truncate: true });
  expectNear(json as number[][], [unit((await embedded([texts[0] ?? '']))[0]?.subarray(0, 4) ?? [])]);
});

test('/embed_all gives the last state of every token, whose mean is the vector of the text', async () => {
  const { json } = await post('/embed_all', { inputs: texts, model: 'vectors', parameters: { budget_cost: 0.75 } });
  const rows = json as number[][][];
  expect(rows.map(({ length }) => length)).toEqual([5 + 2, 40 + 2, 12 + 2]);
  const means = rows.map((tokens) =>
    unit(Float32Array.from(tokens[0] ?? [], (_, i) => tokens.reduce((sum, token) => sum + (token[i] ?? 0), 0))),
  );
  expectNear(means, await embedded(texts, { budget: { cost: 0.75 } }));
  const { json: one } = await post('/embed_all', { inputs: texts[0], model: 'vectors', prompt_name: 'query' });
  expect((one as number[][][])[0]).toHaveLength(5 + 1 + 2);
  expect(await post('/embed_all', { inputs: 'a', model: 'reviews' })).toMatchObject({
    status: 422,
    json: { error: expect.stringContaining('is for embedding') as string, error_type: 'Validation' },
  });
});

test('the tensors of the Open Inference Protocol have them too', async () => {
  const { status, json } = await post('/v2/models/vectors/infer', {
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], data: [texts[0]] }],
  });
  expect(status).toBe(200);
  const { outputs } = json as { outputs: { name: string; shape: number[]; data: number[] }[] };
  const found = outputs.find(({ name }) => name === 'embedding');
  const [expected] = await embedded([texts[0] ?? '']);
  expect(found?.shape).toEqual([1, expected?.length]);
  expectNear([found?.data ?? []], [expected ?? []]);
});

test.each<[string, object, number, string, RegExp]>([
  [
    '/v1/embeddings',
    { model: 'vectors', input: texts[0], dimensions: 9999 },
    400,
    'REQUEST_INVALID',
    /vectors have 32/,
  ],
  ['/v1/embeddings', { model: 'vectors', input: '' }, 400, 'TEXT_EMPTY', /no tokens/],
  ['/v1/embeddings', { model: 'vectors', input: [] }, 400, 'TEXT_EMPTY', /No text came/],
  ['/v1/embeddings', { model: 'nobody', input: 'a' }, 404, 'MODEL_NOT_FOUND', /nobody/],
  ['/v1/embeddings', { model: 'reviews', input: 'a' }, 422, 'TASK_MISMATCH', /is for embedding/],
  ['/v1/embeddings', { model: 'vectors', input: 'a film', budget_cost: 7 }, 400, 'REQUEST_INVALID', /budget_cost/],
  [
    '/v1/embeddings',
    { model: 'vectors', input: [[2, 9, 3]], prompt_name: 'query' },
    400,
    'REQUEST_INVALID',
    /prompt_name is "query", and token ids came/,
  ],
  [
    '/v1/embeddings',
    { model: 'vectors', input: 'a film', prompt_name: 'passage' },
    400,
    'REQUEST_INVALID',
    /no prompt/,
  ],
])('%s with %j is refused in its own way', async (path, body, status, code, message) => {
  const answer = await post(path, body);
  expect(answer).toMatchObject({
    status,
    json: { error: { code, type: 'invalid_request_error', message: expect.stringMatching(message) as string } },
  });
});

test('/embed says what is wrong as Text Embeddings Inference does', async () => {
  expect(await post('/embed', { inputs: texts[0], model: 'reviews' })).toMatchObject({
    json: { error: expect.stringContaining('is for embedding') as string, error_type: 'Validation' },
  });
});
