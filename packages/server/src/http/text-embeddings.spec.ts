import { ServerError, type ServerErrorCode } from '../errors.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([{}], { maxTexts: 2 });
});

const positive = [
  { score: 0.75, label: 'positive' },
  { score: 0.25, label: 'negative' },
];
const negative = [
  { score: 0.75, label: 'negative' },
  { score: 0.25, label: 'positive' },
];

test.each<[string, unknown, unknown, unknown]>([
  ['a text', 'good', positive, ['good']],
  ['a pair', ['good', 'x'], positive, [['good', 'x']]],
  ['a list', [['good'], ['bad', 'x']], [positive, negative], ['good', ['bad', 'x']]],
])('%s is answered best label first', async (_, inputs, expected, asked) => {
  const { status, json, headers } = await one.post('/predict', {
    inputs,
    raw_scores: false,
    truncate: true,
    truncation_direction: 'Right',
    parameters: { budget_cost: 0.9 },
  });
  expect({ status, json }).toEqual({ status: 200, json: expected });
  expect(headers.get('x-compute-tokens')).toMatch(/^\d+$/);
  expect(one.service.requests.at(-1)).toMatchObject({ inputs: asked, truncate: true, budget: { cost: 0.9 } });
});

test.each<[string, object, number, string, string]>([
  ['a text too many', { inputs: [['a', 'b', 'c']] }, 422, 'Validation', 'a pair of texts [text, pair]'],
  ['three texts', { inputs: ['a', 'b', 'c'] }, 422, 'Validation', '"inputs" is a list of 3; expected a text'],
  ['no inputs', {}, 422, 'Validation', '"inputs" is missing'],
  ['raw scores that are none', { inputs: 'a', raw_scores: 'yes' }, 422, 'Validation', '"raw_scores" is "yes"'],
  [
    'another end',
    { inputs: 'a', truncation_direction: 'Middle' },
    422,
    'Validation',
    '"truncation_direction" is "Middle"',
  ],
  ['a misspelt budget', { inputs: 'a', parameters: { budget: 1 } }, 422, 'Validation', 'no field "parameters.budget"'],
  ['an empty list', { inputs: [] }, 400, 'Empty', 'empty list'],
  ['an empty text', { inputs: '' }, 400, 'Empty', 'empty'],
  ['too many texts', { inputs: [['a'], ['b'], ['c']] }, 413, 'Validation', '3 texts came; this server takes 2'],
  [
    'a budget that cannot be met',
    { inputs: 'a', parameters: { budget_cost: 0.1 } },
    422,
    'Validation',
    'No configuration',
  ],
])('%s', async (_, body, status, error_type, message) => {
  const answer = await one.post('/predict', body);
  expect(answer).toMatchObject({ status, json: { error: expect.stringContaining(message), error_type } });
  expect(Object.keys(answer.json as object)).toEqual(['error', 'error_type']);
});

test.each<[ServerErrorCode, number, string]>([
  ['OVERLOADED', 429, 'Overloaded'],
  ['WORKER_CRASHED', 424, 'Backend'],
  ['INTERNAL', 424, 'Backend'],
  ['TIMED_OUT', 504, 'Overloaded'],
  ['SHUTTING_DOWN', 503, 'Unhealthy'],
])('%s of the service', async (code, status, error_type) => {
  const { post, service } = await start();
  service.fail(code === 'INTERNAL' ? new Error('a bug') : new ServerError(code, 'No.'));
  expect(await post('/predict', { inputs: 'a' })).toMatchObject({ status, json: { error_type } });
});

test('health and info', async () => {
  expect((await one.get('/health')).status).toBe(200);
  const { get } = await start([{ ready: false, name: 'stars', task: 'regression' }]);
  expect(await get('/health')).toMatchObject({ status: 503, json: { error_type: 'Unhealthy' } });
  expect((await one.get('/info')).json).toMatchObject({
    model_id: 'reviews',
    model_sha: '1',
    model_type: { classifier: { id2label: { 0: 'negative', 1: 'positive' }, label2id: { negative: 0, positive: 1 } } },
    max_concurrent_requests: 512,
    max_input_length: 128,
    max_client_batch_size: 2,
    auto_truncate: false,
  });
});

test('info of a model of vectors names its pooling, as Text Embeddings Inference calls it', async () => {
  const { get } = await start([{ name: 'vectors', task: 'embedding' }]);
  expect((await get('/info')).json).toMatchObject({ model_type: { embedding: { pooling: 'cls' } } });
});

test('of several labels a text each has its own probability', async () => {
  const { post } = await start([{ name: 'topics', task: 'multi-label-classification' }]);
  expect((await post('/predict', { inputs: 'good' })).json).toEqual([
    { score: 0.9, label: 'praise' },
    { score: 0.6, label: 'long' },
  ]);
});

test('a regression has one label', async () => {
  const { post } = await start([{ name: 'stars', task: 'regression' }]);
  expect((await post('/predict', { inputs: 'four' })).json).toEqual([{ score: 1, label: 'LABEL_0' }]);
});
