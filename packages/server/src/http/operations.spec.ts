import { Value } from 'typebox/value';
import { paretoSet } from '../testing/fake-service.js';
import type { Answer } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([
    {},
    { name: 'reader', task: 'question-answering' },
    { name: 'names', task: 'token-classification' },
    { name: 'stars', task: 'regression' },
    { name: 'topics', task: 'multi-label-classification' },
    { name: 'vectors', task: 'embedding' },
  ]);
});

test('models with their configurations', async () => {
  expect((await one.get('/v1/models')).json).toMatchObject({
    models: [
      {
        name: 'reviews',
        version: '1',
        task: 'sequence-classification',
        labels: ['negative', 'positive'],
        weight_bytes: 90_000_000,
        memory_bytes: 78_000_000,
        pareto_set: [
          { length_config: '0.5,0.4,0.3', score: 0.8, cost: 0.4 },
          { length_config: '0.8,0.6,0.5', score: 0.85, cost: 0.6, latency_ms: 3 },
          { length_config: '1,1,1', score: 0.9, cost: 1 },
        ],
      },
      { name: 'reader' },
      { name: 'names' },
      { name: 'stars' },
      { name: 'topics', task: 'multi-label-classification', labels: ['long', 'praise'] },
      { name: 'vectors', task: 'embedding' },
    ],
  });
});

test('the status is that of the service', async () => {
  const status = one.service.models().map((model) => ({
    ...model.status(),
    paretoSet: paretoSet.map(({ point: { lengths }, ...measured }) => ({ lengthConfig: lengths, ...measured })),
  }));
  expect((await one.get('/v1/status')).json).toEqual({
    version: expect.stringMatching(/^\d+\.\d+/),
    uptime_seconds: expect.any(Number),
    ready: true,
    models: status,
  });
});

test('the page', async () => {
  const { text, headers } = await one.get('/');
  expect(text).toMatch(/^<!doctype html>/i);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('metrics show how the models stand', async () => {
  const { text, headers } = await one.get('/metrics');
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of [
    'length_adaptive_operating_point{model="reviews",version="1"} 2',
    'length_adaptive_queue_delay_seconds{model="reader",version="1"} 0.004',
    'length_adaptive_ready{model="names",version="1"} 1',
    'length_adaptive_weight_bytes{model="stars",version="1"} 90000000',
    'length_adaptive_memory_bytes{model="stars",version="1"} 78000000',
    'length_adaptive_process_resident_memory_bytes ',
  ]) {
    expect(text).toContain(line);
  }
});

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** What of OpenAPI is looked at. */
interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

test('every answer is as OpenAPI describes it', async () => {
  const { openapi, paths } = (await one.get('/openapi.json')).json as Description;
  expect(openapi).toBe('3.1.0');
  const text = { name: 'text', shape: [1], datatype: 'BYTES', data: ['good'] };
  const pair = { ...text, name: 'pair' };
  const exchanges: [method: string, path: string, answer: Promise<Answer>][] = [
    ...['/v2', '/v2/health/live', '/v2/health/ready', '/v1/models', '/v1/status', '/health', '/info'].map(
      (path): [string, string, Promise<Answer>] => ['get', path, one.get(path)],
    ),
    ['get', '/v2/models/{model}', one.get('/v2/models/reader')],
    ['get', '/v2/models/stats', one.get('/v2/models/stats')],
    ['get', '/v2/models/{model}/stats', one.get('/v2/models/reviews/stats')],
    ['get', '/v2/models/{model}/stats', one.get('/v2/models/nobody/stats')],
    ['get', '/v2/models/{model}/config', one.get('/v2/models/reader/config')],
    ['get', '/v2/models/{model}/config', one.get('/v2/models/reviews/config')],
    ['post', '/v2/repository/index', one.post('/v2/repository/index', { ready: true })],
    ['post', '/v2/repository/models/{model}/load', one.post('/v2/repository/models/reader/load', {})],
    ['post', '/v2/repository/models/{model}/unload', one.post('/v2/repository/models/nobody/unload', {})],
    ['get', '/v2/models/{model}', one.get('/v2/models/nobody')],
    ['get', '/v2/models/{model}/ready', one.get('/v2/models/reader/ready')],
    ...['reviews', 'stars', 'names', 'topics'].map((model): [string, string, Promise<Answer>] => [
      'post',
      '/v2/models/{model}/infer',
      one.post(`/v2/models/${model}/infer`, { inputs: [text] }),
    ]),
    [
      'post',
      '/v2/models/{model}/versions/{version}/infer',
      one.post('/v2/models/reader/versions/1/infer', { inputs: [text, pair] }),
    ],
    [
      'post',
      '/v2/models/{model}/infer',
      one.post('/v2/models/reviews/infer', { inputs: [text], parameters: { budget_cost: 0.1 } }),
    ],
    ['post', '/v1/classify', one.post('/v1/classify', { model: 'reviews', text: 'good' })],
    ['post', '/v1/classify', one.post('/v1/classify', { model: 'stars', texts: ['good', 'bad'] })],
    ['post', '/v1/classify', one.post('/v1/classify', { model: 'topics', texts: ['good', 'bad'] })],
    ['post', '/v1/classify', one.post('/v1/classify', { model: 'topics', text: 'good' })],
    ['post', '/v1/classify', one.post('/v1/classify', {})],
    ['post', '/v1/answer', one.post('/v1/answer', { model: 'reader', question: 'a', context: 'b' })],
    ['post', '/v1/tag', one.post('/v1/tag', { model: 'names', text: 'a' })],
    ['post', '/predict', one.post('/predict', { model: 'reviews', inputs: 'good' })],
    ['post', '/predict', one.post('/predict', { model: 'reviews', inputs: [['good'], ['bad']] })],
    ['post', '/predict', one.post('/predict', { inputs: 3 })],
    ['post', '/', one.post('/', { model: 'topics', inputs: ['good'] })],
    ['post', '/invocations', one.post('/invocations', { model: 'stars', inputs: 'good', raw_scores: true })],
    ['post', '/models/{model}', one.post('/models/reviews', { inputs: 'good', parameters: { top_k: 1 } })],
    ['post', '/models/{model}', one.post('/models/reviews', { inputs: 'good', parameters: { top_k: 0 } })],
    ['post', '/rerank', one.post('/rerank', { model: 'stars', query: 'a', texts: ['good', 'bad'] })],
    ['post', '/rerank', one.post('/rerank', { model: 'stars', query: 'a', texts: ['good'], return_text: true })],
    ['post', '/rerank', one.post('/rerank', { model: 'stars', query: 'a', texts: [] })],
    ...['/v1/rerank', '/v2/rerank'].flatMap((path): [string, string, Promise<Answer>][] => [
      ['post', path, one.post(path, { model: 'stars', query: 'a', documents: ['good', 'bad'] })],
      [
        'post',
        path,
        one.post(path, { model: 'stars', query: 'a', documents: [{ text: 'good' }], return_documents: true }),
      ],
      ['post', path, one.post(path, { model: 'reviews', query: 'a', documents: ['good'] })],
    ]),
    ['post', '/embed', one.post('/embed', { model: 'vectors', inputs: ['good', 'bad'] })],
    ['post', '/embed', one.post('/embed', { model: 'reviews', inputs: 'good' })],
    ['post', '/embed_all', one.post('/embed_all', { model: 'vectors', inputs: ['good', 'very bad'] })],
    ['post', '/embed_all', one.post('/embed_all', { model: 'reviews', inputs: 'good' })],
    ...[{ input: ['good', 'bad'] }, { input: 'good', encoding_format: 'base64' }, { input: 3 }].map(
      (body): [string, string, Promise<Answer>] => [
        'post',
        '/v1/embeddings',
        one.post('/v1/embeddings', { model: 'vectors', ...body }),
      ],
    ),
    ['post', '/tokenize', one.post('/tokenize', { model: 'reviews', inputs: ['a good film', 'bad'] })],
    ['get', '/ping', one.get('/ping')],
  ];
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== 'head')
      .map((method) => `${method} ${path}`),
  );
  const asked = new Set(exchanges.map(([method, path]) => `${method} ${path}`));
  expect(described.filter((operation) => !asked.has(operation) && !operation.includes('{version}'))).toEqual([
    'get /metrics',
  ]);
  for (const [method, path, answer] of exchanges) {
    const { status, json } = await answer;
    const { responses } = paths[path]?.[method] ?? { responses: {} };
    const { content = {} } = responses[status] ?? responses[`${String(status)[0]}XX`] ?? {};
    const schema = content['application/json']?.schema ?? { not: {} };
    if (path === '/health' || path === '/ping') expect({ status, json }).toEqual({ status: 200, json: undefined });
    else expect([method, path, status, [...Value.Errors(schema, json)]]).toEqual([method, path, status, []]);
  }
});

test('every operation has an id of its own', async () => {
  const { paths } = (await one.get('/openapi.json')).json as {
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  const ids = Object.values(paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  );
  expect(ids).toContain('postV2ModelsModelInfer');
  expect(ids.filter((id) => !/^[a-z][A-Za-z0-9]*$/.test(id ?? ''))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('docs for readers', async () => {
  expect((await one.get('/docs/')).text).toContain('Swagger UI');
  expect((await one.get('/docs/static/swagger-ui.css')).status).toBe(200);
  expect((await one.get('/docs/json')).json).toMatchObject({ openapi: '3.1.0' });
});

test('scores that were never measured are null', async () => {
  const { get, service } = await start();
  const [model] = service.models();
  const status = { ...model?.status(), paretoSet: [{ ...paretoSet[0], score: Number.NaN }] };
  Object.assign(model ?? {}, { status: () => status });
  expect((await get('/v1/models')).json).toMatchObject({ models: [{ pareto_set: [{ score: null }] }] });
  expect((await get('/v1/status')).json).toMatchObject({ models: [{ paretoSet: [{ score: null }] }] });
});
