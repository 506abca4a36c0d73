import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clause } from '../testing/clause.js';
import { clientOf, type Listening } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';
import { startServer, type TestServer } from '../testing/start-server.js';
import { writeTinyModel } from '../testing/tiny-models.js';
import { exchangeBytes, tritonGet, tritonPost } from '../testing/triton-client.js';

jest.setTimeout(60_000);

const start = appStarter();
let fake: StartedApp;
let folder: string;
let server: TestServer;
let one: Listening;

beforeAll(async () => {
  fake = await start([{}, { name: 'stars', task: 'regression', ready: false }]);
  folder = mkdtempSync(join(tmpdir(), 'length-adaptive-repository-'));
  await writeTinyModel(join(folder, 'first'));
  await writeTinyModel(join(folder, 'second'), 'reviews', 7);
  await writeTinyModel(join(folder, 'broken'), 'reviews', 5);
  renameSync(join(folder, 'broken/model.safetensors'), join(folder, 'hidden'));
  server = await startServer([folder]);
  one = clientOf(server.url);
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Entry {
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly reason: string;
}

const index = async (): Promise<Entry[]> => (await one.post('/v2/repository/index', {})).json as Entry[];
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await index()).map(({ name, state }) => [name, state]));
const classify = async (model: string) => one.post('/v1/classify', { model, text: 'a good film' });
const control = (model: string, action: 'load' | 'unload') => one.post(`/v2/repository/models/${model}/${action}`, {});

clause('repository-1', async () => {
  expect((await fake.post('/v2/repository/index', {})).json).toEqual([
    { name: 'reviews', version: '1', state: 'READY', reason: '' },
    { name: 'stars', version: '1', state: 'LOADING', reason: 'slow' },
  ]);
  expect(await fake.post('/v2/repository/index', { ready: true, repository_name: '' })).toMatchObject({
    status: 200,
    json: [{ name: 'reviews' }],
  });
  expect((await fake.post('/v2/repository/index', { repository_name: 'other' })).status).toBe(400);
});

test('of a model that cannot be opened at the start the log says why', () => {
  const lines = server.process
    .printed()
    .split('\n')
    .filter((line) => line.includes('is not served'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({
      level: 50,
      model: 'broken/1',
      reason: expect.stringContaining('broken cannot be opened'),
    }),
  ]);
});

clause('repository-3', async () => {
  expect(await states()).toEqual({ first: 'READY', second: 'READY', broken: 'UNAVAILABLE' });
  expect(await index()).toContainEqual({
    name: 'broken',
    version: '1',
    state: 'UNAVAILABLE',
    reason: expect.stringContaining('broken cannot be opened'),
  });
  expect((await one.get('/v2/health/ready')).status).toBe(200);
  expect((await classify('first')).status).toBe(200);
  // Nor at a reload: what is new beside it is opened, and the reload says what was not.
  await writeTinyModel(join(folder, 'third'), 'reviews', 11);
  server.process.child.kill('SIGHUP');
  await server.process.has('stay as they were');
  expect(await states()).toMatchObject({ third: 'READY', broken: 'UNAVAILABLE' });
  expect(await control('broken', 'load')).toMatchObject({
    status: 500,
    json: { code: 'REPOSITORY_INVALID', error: expect.stringContaining('broken cannot be opened') },
  });
  renameSync(join(folder, 'hidden'), join(folder, 'broken/model.safetensors'));
  expect((await control('broken', 'load')).status).toBe(200);
  expect((await classify('broken')).status).toBe(200);
});

clause('repository-2', async () => {
  // Texts that a model has answered since it was opened: one that is opened anew begins at 0.
  const answered = async (): Promise<number> => {
    const { models } = (await one.get('/v1/status')).json as { models: { name: string; answered: number }[] };
    return models.find(({ name }) => name === 'second')?.answered ?? Number.NaN;
  };
  await classify('second');
  const before = await answered();
  expect(before).toBeGreaterThan(0);
  expect(await control('first', 'unload')).toMatchObject({ status: 200, json: {} });
  expect(await states()).toMatchObject({ first: 'UNAVAILABLE', second: 'READY' });
  expect((await classify('first')).status).toBe(404);
  expect((await classify('second')).status).toBe(200);
  server.process.child.kill('SIGHUP');
  await server.process.has('looked at again');
  expect((await classify('first')).status).toBe(404); // until a client wants it back
  expect((await control('first', 'load')).status).toBe(200);
  expect(await states()).toMatchObject({ first: 'READY' });
  expect((await classify('first')).status).toBe(200);
  expect(await answered()).toBe(before + 1);
});

clause('repository-4', async () => {
  const scoreOf = async () => ((await classify('second')).json as { score: number }).score;
  const before = await scoreOf();
  rmSync(join(folder, 'second'), { recursive: true });
  await writeTinyModel(join(folder, 'second'), 'reviews', 13);
  expect((await control('second', 'load')).status).toBe(200);
  const after = await scoreOf();
  expect(after).not.toBeCloseTo(before, 3);
  writeFileSync(join(folder, 'second/model.safetensors'), 'no weights');
  expect((await control('second', 'load')).status).toBe(500);
  expect(await scoreOf()).toBe(after);
  expect(await index()).toContainEqual(
    expect.objectContaining({ name: 'second', state: 'READY', reason: expect.stringContaining('cannot be opened') }),
  );
});

clause('repository-5', async () => {
  for (const action of ['load', 'unload'] as const)
    expect(await control('nobody', action)).toMatchObject({ status: 404, json: { code: 'MODEL_NOT_FOUND' } });
  expect(await one.post('/v2/repository/models/first/load', { parameters: { config: '{}' } })).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining('"config"') },
  });
});

clause('repository-6', async () => {
  const { post } = await start([{}], { modelControl: false });
  for (const action of ['load', 'unload'])
    expect(await post(`/v2/repository/models/reviews/${action}`, {})).toMatchObject({
      status: 403,
      json: { code: 'FORBIDDEN' },
    });
  expect((await post('/v2/repository/index', {})).status).toBe(200);
});

clause('repository-7', async () => {
  const statsOf = async (path: string) =>
    ((await one.get(path)).json as { model_stats: Record<string, unknown>[] }).model_stats;
  const before = (await statsOf('/v2/models/third/stats'))[0];
  expect(before).toMatchObject({ name: 'third', version: '1', last_inference: 0, inference_count: 0, batch_stats: [] });
  await one.post('/v1/classify', { model: 'third', texts: ['good', 'a film', 'so bad'] });
  await one.post('/v1/classify', { model: 'third', text: '' });
  const [stats] = await statsOf('/v2/models/third/versions/1/stats');
  const took = { count: 1, ns: expect.any(Number) };
  expect(stats).toMatchObject({
    inference_count: 3,
    inference_stats: { success: took, fail: took, queue: took, compute_infer: took },
  });
  expect(Number(stats?.['last_inference'])).toBeGreaterThan(Date.now() - 60_000);
  expect(Number(stats?.['execution_count'])).toBeGreaterThanOrEqual(1);
  const batches = stats?.['batch_stats'] as { batch_size: number; compute_infer: { count: number; ns: number } }[];
  expect(
    batches.reduce((sum, { batch_size, compute_infer }) => sum + batch_size * compute_infer.count, 0),
  ).toBeGreaterThanOrEqual(3);
  for (const { compute_infer } of batches) expect(compute_infer.ns).toBeGreaterThan(0);
  expect((await statsOf('/v2/models/stats')).map(({ name }) => name)).toContain('third');
  expect((await one.get('/v2/models/nobody/stats')).status).toBe(404);
});

clause('repository-8', async () => {
  expect((await one.get('/v2/models/first/config')).json).toMatchObject({
    name: 'first',
    max_batch_size: 0,
    input: [
      { name: 'text', data_type: 'TYPE_STRING', dims: [-1], optional: true },
      { name: 'pair' },
      { name: 'input_ids', data_type: 'TYPE_INT64', dims: [-1, -1] },
      {},
      {},
    ],
    output: [{ name: 'label', data_type: 'TYPE_STRING' }, { name: 'score', data_type: 'TYPE_FP32' }, { dims: [-1, 2] }],
    parameters: { text_excludes: { string_value: 'input_ids,attention_mask,token_type_ids' } },
  });
});

clause('repository-9', async () => {
  for (const bytes of [
    tritonPost('/v2/repository/index', undefined),
    tritonPost('/v2/repository/models/first/unload', { parameters: { unload_dependents: false } }),
    tritonPost('/v2/repository/models/first/load', {}),
    tritonGet('/v2/models/first/stats'),
    tritonGet('/v2/models/stats'),
    tritonGet('/v2/models/first/config'),
  ])
    expect((await exchangeBytes(one.port, bytes)).status).toBe(200);
});
