import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
let tasks: StartedApp;
beforeAll(async () => {
  one = await start([{}], { truncate: true });
  tasks = await start([
    { name: 'stars', task: 'regression' },
    { name: 'reader', task: 'question-answering' },
    { name: 'names', task: 'token-classification' },
    { name: 'topics', task: 'multi-label-classification' },
  ]);
});

const ran = {
  length_config: '0.8,0.6,0.5',
  cost: 0.6,
  expected_score: 0.85,
  degraded: false,
  queue_ms: 1.235,
  compute_ms: 2,
};

test('one text is answered as one, several as a list', async () => {
  expect(await one.post('/v1/classify', { text: 'good' })).toMatchObject({
    status: 200,
    json: {
      model: 'reviews',
      version: '1',
      label: 'positive',
      score: 0.75,
      probabilities: { negative: 0.25, positive: 0.75 },
      ...ran,
      tokens: 3,
    },
  });
  expect(
    (await one.post('/v1/classify', { texts: ['good', 'bad'], pairs: ['a', 'b'], model: 'reviews', version: '1' }))
      .json,
  ).toMatchObject({ predictions: [{ label: 'positive' }, { label: 'negative' }], tokens: 8 });
  expect(one.service.requests.at(-1)).toMatchObject({
    inputs: [
      ['good', 'a'],
      ['bad', 'b'],
    ],
    budget: {},
    truncate: true,
  });
  await one.post('/v1/classify', { text: 'good', pair: 'x', budget_cost: 0.5, truncate: false });
  expect(one.service.requests.at(-1)).toMatchObject({
    inputs: [['good', 'x']],
    budget: { cost: 0.5 },
    truncate: false,
  });
});

test('of several texts, one that cannot be read has its error in its place; protocols without a place for it refuse the request', async () => {
  const error = { error: expect.stringContaining('is empty'), code: 'TEXT_EMPTY' };
  const { status, json } = await one.post('/v1/classify', { texts: ['', 'good', ' ', 'bad', ''] });
  expect({ status, json }).toMatchObject({
    status: 200,
    json: { predictions: [error, { label: 'positive' }, error, { label: 'negative' }, error], ...ran, degraded: true },
  });
  expect((json as { predictions: object[] }).predictions[0]).toEqual(error);
  expect((await tasks.post('/v1/tag', { model: 'names', texts: ['Eva', ''] })).json).toMatchObject({
    predictions: [{ entities: [{ text: 'Eva' }] }, error],
  });
  expect(await one.post('/v1/classify', { texts: ['', ' '] })).toMatchObject({ status: 422, json: error });
  expect(await one.post('/v1/classify', { text: '' })).toMatchObject({ status: 422, json: error });
  expect(await one.post('/predict', { inputs: [['good'], ['']] })).toMatchObject({
    status: 400,
    json: { error_type: 'Empty' },
  });
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [2], data: ['good', ''] }];
  expect(await one.post('/v2/models/reviews/infer', { inputs })).toMatchObject({ status: 422, json: error });
});

test('every task has its route', async () => {
  expect((await tasks.post('/v1/classify', { model: 'stars', text: 'four' })).json).toMatchObject({ score: 1, ...ran });
  expect(
    (
      await tasks.post('/v1/answer', {
        model: 'reader',
        question: 'who',
        context: 'Anna did',
        answers: 2,
        max_answer_tokens: 5,
      })
    ).json,
  ).toEqual({
    model: 'reader',
    version: '1',
    answer: 'Anna',
    start: 0,
    end: 4,
    score: 0.5,
    answers: [
      { text: 'Anna', start: 0, end: 4, score: 0.5, probability: 0.5 },
      { text: 'Anna', start: 0, end: 4, score: 0.25, probability: 0.25 },
    ],
    ...ran,
    tokens: 5,
  });
  expect(tasks.service.requests.at(-1)).toMatchObject({
    inputs: [['who', 'Anna did']],
    answers: 2,
    maxAnswerTokens: 5,
  });
  expect((await tasks.post('/v1/tag', { model: 'names', text: 'Eva' })).json).toMatchObject({
    entities: [{ type: 'PER', text: 'Eva', start: 0, end: 3 }],
    ...ran,
  });
  expect((await tasks.post('/v1/tag', { model: 'names', texts: ['Eva', 'Ben'] })).json).toMatchObject({
    predictions: [{ entities: [{ text: 'Eva' }] }, { entities: [{ text: 'Ben' }] }],
  });
});

test.each([
  ['/v1/classify', { text: 'good', threshold: 0.7 }, 'threshold is for several labels a text'],
  [
    '/v2/models/reviews/infer',
    { inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['good'] }], parameters: { answers: 3 } },
    'answers is for questions',
  ],
])('what the model makes nothing of is refused: %s', async (path, body, message) => {
  const { post } = await start();
  expect(await post(path, body)).toMatchObject({
    status: 400,
    json: {
      code: 'REQUEST_INVALID',
      error: `${message}, and the model does sequence-classification; leave it out.`,
    },
  });
});

test('several labels a text: those that reach the threshold, best first, and the probability of each', async () => {
  const classify = async (body: object) => (await tasks.post('/v1/classify', { model: 'topics', ...body })).json;
  const labels = [
    { label: 'praise', score: 0.9 },
    { label: 'long', score: 0.6 },
  ];
  expect(await classify({ text: 'good' })).toMatchObject({
    label: 'praise, long',
    score: 0.5,
    labels,
    probabilities: { long: 0.6, praise: 0.9 },
    ...ran,
  });
  expect(await classify({ texts: ['good', 'bad'], threshold: 0.7 })).toMatchObject({
    predictions: [
      { label: 'praise', labels: labels.slice(0, 1) },
      { label: '', labels: [], probabilities: { long: 0.6 } },
    ],
  });
  expect(tasks.service.requests.at(-1)).toMatchObject({ threshold: 0.7 });
  expect(await one.post('/v1/classify', { text: 'good' })).not.toHaveProperty('json.labels');
});

test.each<[string, string, object, number, string, string]>([
  [
    'a threshold that is no probability',
    '/v1/classify',
    { text: 'a', threshold: 1.5 },
    400,
    'REQUEST_INVALID',
    '"threshold" is 1.5',
  ],
  ['nothing', '/v1/classify', {}, 400, 'REQUEST_INVALID', 'one of the fields "text" and "texts"'],
  ['both', '/v1/classify', { text: 'a', texts: ['a'] }, 400, 'REQUEST_INVALID', 'one of the fields'],
  ['a pair of many', '/v1/classify', { texts: ['a'], pair: 'b' }, 400, 'REQUEST_INVALID', '"pair" goes with "text"'],
  ['pairs of one', '/v1/classify', { text: 'a', pairs: ['b'] }, 400, 'REQUEST_INVALID', '"pairs" with "texts"'],
  [
    'uneven pairs',
    '/v1/classify',
    { texts: ['a', 'b'], pairs: ['b'] },
    400,
    'REQUEST_INVALID',
    '"texts" has 2 texts and "pairs" has 1',
  ],
  [
    'an unknown field',
    '/v1/classify',
    { text: 'a', budget: 0.5 },
    400,
    'REQUEST_INVALID',
    'no field "budget"; expected some of text,',
  ],
  [
    'a number as a text',
    '/v1/classify',
    { texts: ['a', 3] },
    400,
    'REQUEST_INVALID',
    '"texts[1]" is 3; it must be string',
  ],
  ['an empty text', '/v1/classify', { text: ' ' }, 422, 'TEXT_EMPTY', 'empty'],
  ['an unknown model', '/v1/classify', { text: 'a', model: 'b' }, 404, 'MODEL_NOT_FOUND', '"b"'],
  ['no context', '/v1/answer', { question: 'a' }, 400, 'REQUEST_INVALID', '"context" is missing'],
  [
    'another task',
    '/v1/answer',
    { question: 'a', context: 'b' },
    422,
    'TASK_MISMATCH',
    'Model "reviews" does sequence-classification; /v1/answer is for question-answering.',
  ],
  ['another task still', '/v1/tag', { text: 'a' }, 422, 'TASK_MISMATCH', 'token-classification'],
])('%s at %s', async (_, path, body, status, code, message) => {
  expect(await one.post(path, body)).toMatchObject({ status, json: { error: expect.stringContaining(message), code } });
});

test('several models, and none named', async () => {
  expect(await tasks.post('/v1/classify', { text: 'a' })).toMatchObject({
    status: 404,
    json: { code: 'MODEL_NOT_FOUND' },
  });
});
