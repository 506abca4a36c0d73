import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceClient } from '@huggingface/inference';
import { ServerError } from '../errors.js';
import { clause } from '../testing/clause.js';
import { clientOf, type Listening } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';
import { startServer } from '../testing/start-server.js';
import { textOf, writeTinyModel } from '../testing/tiny-models.js';

jest.setTimeout(60_000);

const start = appStarter();
let one: StartedApp;
let folder: string;
let real: Listening;
beforeAll(async () => {
  one = await start();
  folder = mkdtempSync(join(tmpdir(), 'length-adaptive-tei-'));
  await writeTinyModel(join(folder, 'reviews'));
  const server = await startServer([join(folder, 'reviews')]);
  real = clientOf(server.url);
});
afterAll(() => rmSync(folder, { recursive: true }));

const positive = [
  { score: 0.75, label: 'positive' },
  { score: 0.25, label: 'negative' },
];

clause('tei-1', async () => {
  for (const [inputs, asked, answer] of [
    ['good', ['good'], positive],
    [['good'], ['good'], positive],
    [['good', 'x'], [['good', 'x']], positive],
    [[['good']], ['good'], [positive]],
    [
      [['good'], ['good', 'x']],
      ['good', ['good', 'x']],
      [positive, positive],
    ],
  ] as const) {
    expect(await one.post('/predict', { inputs })).toMatchObject({ status: 200, json: answer });
    expect(one.service.requests.at(-1)?.inputs).toEqual(asked);
  }
});

clause('tei-2', async () => {
  const body = { inputs: 'good', truncate: null, truncation_direction: null, raw_scores: null, model: null };
  expect(await one.post('/predict', body)).toMatchObject({ status: 200, json: positive });
  expect(one.service.requests.at(-1)?.truncate).toBe(false);
});

clause('tei-3', async () => {
  const body = { inputs: 'good', normalize: true, prompt_name: 'query', dimensions: 12 };
  expect(await one.post('/predict', body)).toMatchObject({ status: 200, json: positive });
});

const long = textOf(400);

clause('tei-4', async () => {
  const left = { truncate: true, truncation_direction: 'Left' };
  expect((await real.post('/predict', { inputs: 'a good film', ...left })).status).toBe(200);
  expect((await real.post('/predict', { inputs: long, truncate: true, truncation_direction: 'Right' })).status).toBe(
    200,
  );
  expect(await real.post('/predict', { inputs: long, ...left })).toMatchObject({
    status: 413,
    json: { error: expect.stringContaining('truncation_direction is Left'), error_type: 'Validation' },
  });
});

clause('tei-5', async () => {
  const ranked = async (raw_scores: boolean) =>
    (await real.post('/predict', { inputs: 'a good film', raw_scores })).json as { label: string; score: number }[];
  const logits = await ranked(true);
  const probabilities = await ranked(false);
  const sum = logits.reduce((total, { score }) => total + Math.exp(score), 0);
  expect(logits.map(({ label }) => label)).toEqual(probabilities.map(({ label }) => label));
  logits.forEach(({ score }, at) => expect(Math.exp(score) / sum).toBeCloseTo(probabilities[at]?.score ?? 0, 6));
  expect(logits.reduce((total, { score }) => total + score, 0)).not.toBeCloseTo(1, 6);
});

clause('tei-6', async () => {
  for (const [inputs, status] of [
    ['{"inputs": good', 400],
    ['', 400],
    [{ inputs: 3 }, 422],
    [{}, 422],
    [{ inputs: ['a', 'b', 'c'] }, 422],
    [{ inputs: long }, 413],
  ] as const)
    expect(await real.post('/predict', inputs)).toMatchObject({ status, json: { error_type: 'Validation' } });
});

clause('tei-7', async () => {
  const { headers } = await one.post('/predict', { inputs: [['gööd'], ['日本', 'x']] });
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-compute-type': 'cpu',
    'x-compute-characters': '7',
    'x-compute-tokens': '7',
    'x-queue-time': '1',
    'x-inference-time': '2',
    'x-tokenization-time': '0',
  });
  for (const name of ['x-compute-time', 'x-total-time']) expect(headers.get(name)).toMatch(/^\d+$/);
});

clause('tei-8', async () => {
  expect((await real.get('/info')).json).toEqual({
    model_id: 'reviews',
    model_sha: '1',
    model_dtype: 'float32',
    model_type: { classifier: { id2label: { 0: 'bad', 1: 'good' }, label2id: { bad: 0, good: 1 } } },
    max_concurrent_requests: 512,
    max_input_length: 128,
    max_batch_tokens: 2048,
    max_batch_requests: 64,
    max_client_batch_size: 32,
    auto_truncate: false,
    tokenization_workers: 1,
    backend: expect.any(String),
    version: expect.any(String),
    sha: null,
    docker_label: null,
  });
});

clause('tei-9', async () => {
  for (const path of ['/', '/invocations'])
    expect(await one.post(path, { inputs: 'good' })).toMatchObject({ status: 200, json: positive });
  expect((await one.get('/ping')).status).toBe(200);
  expect((await (await start([{ ready: false }])).get('/ping')).status).toBe(503);
});

clause('tei-10', async () => {
  const token = (id: number, text: string, start_: number, stop: number) => ({
    id,
    text,
    special: false,
    start: start_,
    stop,
  });
  const special = (id: number, text: string) => ({ id, text, special: true, start: null, stop: null });
  const words = [token(5, 'the', 0, 3), token(20, 'good', 4, 8), token(9, 'film', 9, 13)].map((one_) => ({
    ...one_,
    id: expect.any(Number),
  }));
  expect((await real.post('/tokenize', { inputs: 'the good film' })).json).toEqual([
    [special(2, '[CLS]'), ...words, special(3, '[SEP]')],
  ]);
  expect((await real.post('/tokenize', { inputs: ['the good film', 'bad'], add_special_tokens: false })).json).toEqual([
    words,
    [{ id: expect.any(Number), text: 'bad', special: false, start: 0, stop: 3 }],
  ]);
  // Places are counted in characters, not in the two units that some have.
  expect((await real.post('/tokenize', { inputs: '😀 good', add_special_tokens: false })).json).toMatchObject([
    [
      { start: 0, stop: 1, text: '😀' },
      { start: 2, stop: 6, text: 'good' },
    ],
  ]);
  expect(await real.post('/tokenize', { inputs: ['good', ' '] })).toMatchObject({
    status: 400,
    json: { error_type: 'Empty', error: expect.stringContaining('Text 1') },
  });
});

clause('tei-11', async () => {
  const client = new InferenceClient();
  const ranking = await client.textClassification({
    endpointUrl: `${real.url}/models/reviews`,
    inputs: 'a good film',
    parameters: { top_k: 1 },
  });
  expect(ranking).toEqual([{ label: expect.stringMatching(/^(good|bad)$/), score: expect.any(Number) }]);
  expect((await real.post('/predict', { inputs: 'a good film' })).json).toMatchObject([...ranking, {}]);
  one.service.fail(new ServerError('OVERLOADED', 'Too much.'));
  await expect(
    client.textClassification({ endpointUrl: `${one.url}/models/reviews`, inputs: 'good' }, { retry_on_error: false }),
  ).rejects.toThrow();
});
