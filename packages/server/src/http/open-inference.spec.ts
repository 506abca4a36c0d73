import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
let tasks: StartedApp;
beforeAll(async () => {
  one = await start([{ version: '2' }, { version: '1' }]);
  tasks = await start([
    { name: 'stars', task: 'regression' },
    { name: 'reader', task: 'question-answering' },
    { name: 'names', task: 'token-classification', ready: false },
    { name: 'topics', task: 'multi-label-classification' },
  ]);
});

const text = (...data: readonly string[]) => ({ name: 'text', shape: [data.length], datatype: 'BYTES', data });
const pair = (...data: readonly string[]) => ({ ...text(...data), name: 'pair' });
const tokens = (name: string, data: readonly unknown[], shape: readonly number[] = [2, 3]) => ({
  name,
  shape,
  datatype: 'INT64',
  data,
});
const infer = (body: object, { post } = one, model = 'reviews') => post(`/v2/models/${model}/infer`, body);

const tokenNames = 'input_ids,attention_mask,token_type_ids';

test('server, health and model metadata have the shapes of the protocol', async () => {
  expect((await one.get('/v2')).json).toEqual({
    name: 'length-adaptive',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    extensions: ['binary_tensor_data', 'length_budget', 'model_configuration', 'model_repository', 'statistics'],
  });
  expect((await one.get('/v2/health/live')).json).toEqual({ live: true });
  expect(await one.get('/v2/health/ready')).toMatchObject({ status: 200, json: { live: true, ready: true } });
  expect(await tasks.get('/v2/health/ready')).toMatchObject({ status: 503, json: { live: true, ready: false } });
  expect((await one.get('/v2/models/reviews')).json).toEqual({
    name: 'reviews',
    versions: ['2', '1'],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: 'text', datatype: 'BYTES', shape: [-1], parameters: { optional: false, excludes: tokenNames } },
      { name: 'pair', datatype: 'BYTES', shape: [-1], parameters: { optional: true, excludes: tokenNames } },
      { name: 'input_ids', datatype: 'INT64', shape: [-1, -1], parameters: { optional: false, excludes: 'text,pair' } },
      {
        name: 'attention_mask',
        datatype: 'INT64',
        shape: [-1, -1],
        parameters: { optional: true, excludes: 'text,pair' },
      },
      {
        name: 'token_type_ids',
        datatype: 'INT64',
        shape: [-1, -1],
        parameters: { optional: true, excludes: 'text,pair' },
      },
    ],
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [-1] },
      { name: 'score', datatype: 'FP32', shape: [-1] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
    ],
  });
  expect((await tasks.get('/v2/models/names')).json).toMatchObject({
    inputs: [{ name: 'text' }],
    outputs: [{ name: 'entities', datatype: 'BYTES', shape: [-1] }],
  });
  expect(await one.get('/v2/models/reviews/versions/1/ready')).toMatchObject({
    status: 200,
    json: { name: 'reviews', ready: true },
  });
  expect(await tasks.get('/v2/models/names/ready')).toMatchObject({
    status: 503,
    json: { name: 'names', ready: false },
  });
  expect(await one.get('/v2/models/reviews/versions/3')).toMatchObject({
    status: 404,
    json: { code: 'MODEL_NOT_FOUND' },
  });
});

test('texts are classified, and the answer says what it took', async () => {
  const { status, json, headers } = await infer({ id: 'mine', inputs: [text('a good film', 'dull')] });
  expect(status).toBe(200);
  expect(json).toEqual({
    model_name: 'reviews',
    model_version: '2',
    id: 'mine',
    parameters: {
      length_config: '0.8,0.6,0.5',
      cost: 0.6,
      expected_score: 0.85,
      degraded: true,
      queue_ms: 1.235,
      compute_ms: 2,
      tokens: 8,
    },
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['positive', 'negative'] },
      { name: 'score', datatype: 'FP32', shape: [2], data: [0.75, 0.75] },
      { name: 'probabilities', datatype: 'FP32', shape: [2, 2], data: [0.25, 0.75, 0.75, 0.25] },
    ],
  });
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-queue-time': '1.235',
    'x-inference-time': '2',
    'x-total-time': expect.stringMatching(/^\d+(\.\d+)?$/),
    'x-compute-tokens': '8',
    'x-length-config': '0.8,0.6,0.5',
    'x-length-cost': '0.6',
    'x-degraded': 'true',
  });
});

test('a version can be named, an id is made where none came, outputs can be chosen, and fields of other servers are left alone', async () => {
  const body = {
    inputs: [{ ...text('good'), parameters: { content_type: 'str' } }],
    outputs: [{ name: 'score', parameters: { binary_data: false } }],
    model_name: 'x',
  };
  const { json, headers } = await one.post('/v2/models/reviews/versions/1/infer', body);
  expect(json).toMatchObject({
    model_version: '1',
    id: headers.get('x-request-id'),
    outputs: [{ name: 'score', data: [0.75] }],
  });
});

test('every task has its outputs', async () => {
  expect((await infer({ inputs: [text('four')] }, tasks, 'stars')).json).toMatchObject({
    outputs: [{ name: 'score', shape: [1], data: [1] }],
  });
  expect(
    (
      await infer(
        { inputs: [text('who', 'what'), pair('Anna did', 'It')], parameters: { answers: 2 } },
        tasks,
        'reader',
      )
    ).json,
  ).toMatchObject({
    outputs: [
      { name: 'answer', datatype: 'BYTES', shape: [2], data: ['Anna', 'It'] },
      { name: 'score', datatype: 'FP32', data: [0.5, 0.5] },
      { name: 'start', datatype: 'INT32', data: [0, 0] },
      { name: 'end', datatype: 'INT32', data: [4, 2] },
    ],
  });
  expect(tasks.service.requests.at(-1)).toMatchObject({
    inputs: [
      ['who', 'Anna did'],
      ['what', 'It'],
    ],
    answers: 2,
  });
  expect((await tasks.get('/v2/models/topics')).json).toMatchObject({
    inputs: [{ name: 'text' }, { name: 'pair' }, { name: 'input_ids' }, {}, {}],
  });
  expect(
    (await infer({ inputs: [text('good', 'bad')], parameters: { threshold: 0.7 } }, tasks, 'topics')).json,
  ).toMatchObject({
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['praise', ''] },
      { name: 'score', datatype: 'FP32', data: [0.5, 0.5] },
      { name: 'probabilities', datatype: 'FP32', shape: [2, 2], data: [0.6, 0.9, 0.6, 0.1] },
      { name: 'labels', datatype: 'BYTES', shape: [2], data: ['[{"label":"praise","score":0.9}]', '[]'] },
    ],
  });
  expect((await infer({ inputs: [text('Eva')] }, tasks, 'names')).json).toMatchObject({
    outputs: [{ name: 'entities', shape: [1], data: ['[{"type":"PER","text":"Eva","start":0,"end":3,"score":0.5}]'] }],
  });
});

test('parameters become a budget', async () => {
  await infer({
    inputs: [text('good')],
    parameters: {
      budget_cost: 0.7,
      budget_latency_ms: 20,
      min_score: 0.8,
      timeout_ms: 500,
      priority: -1,
      truncate: true,
    },
  });
  expect(one.service.requests.at(-1)).toMatchObject({
    budget: { cost: 0.7, latencyMs: 20, minScore: 0.8 },
    timeoutMs: 500,
    priority: -1,
    truncate: true,
  });
  for (const [length_config, config] of [
    ['full', [1, 1, 1]],
    ['0', [0.5, 0.4, 0.3]],
    ['0.9, 0.5,0.5', [0.9, 0.5, 0.5]],
  ] as const) {
    expect((await infer({ inputs: [text('good')], parameters: { length_config } })).json).toMatchObject({
      parameters: { length_config: config.join(',') },
    });
    expect(one.service.requests.at(-1)?.budget).toEqual({ point: { lengths: config } });
  }
});

test('a budget that cannot be met is answered with the nearest one', async () => {
  expect(await infer({ inputs: [text('good')], parameters: { budget_cost: 0.1 } })).toMatchObject({
    status: 422,
    json: {
      error: expect.stringContaining('0.4'),
      code: 'BUDGET_INFEASIBLE',
      nearest: { length_config: '0.5,0.4,0.3', cost: 0.4, expected_score: 0.8 },
    },
  });
});

test('token numbers come flat or nested, and their padding goes', async () => {
  const nested = [
    [2, 5, 3],
    [2, 3, 0],
  ];
  const mask = [
    [1, 1, 1],
    [1, 1, 0],
  ];
  for (const [ids, given, types] of [
    [
      nested,
      mask,
      [
        [0, 0, 1],
        [0, 0, 0],
      ],
    ],
    [nested.flat(), mask.flat(), [0, 0, 1, 0, 0, 0]],
  ]) {
    expect(
      (
        await infer({
          inputs: [
            tokens('input_ids', ids ?? []),
            tokens('attention_mask', given ?? []),
            tokens('token_type_ids', types ?? []),
          ],
        })
      ).status,
    ).toBe(200);
    expect(one.service.requests.at(-1)?.inputs).toEqual([
      { ids: [2, 5, 3], typeIds: [0, 0, 1] },
      { ids: [2, 3], typeIds: [0, 0] },
    ]);
  }
  expect((await infer({ inputs: [{ ...text(), shape: [2, 1], data: [['a'], ['b']] }] })).status).toBe(200);
});

const ids = tokens('input_ids', [2, 5, 3, 2, 3, 0]);
test.each<[string, object, string]>([
  ['no inputs', {}, '"inputs" is missing'],
  ['an empty list of inputs', { inputs: [] }, '"inputs" is a list of 0'],
  [
    'an unknown input',
    { inputs: [{ ...text('a'), name: 'image' }] },
    'no input "image"; its inputs are text, pair, input_ids',
  ],
  ['an input twice', { inputs: [text('a'), text('b')] }, 'came twice'],
  ['a pair without a text', { inputs: [pair('a')] }, 'Input "text" is missing'],
  ['a mask without tokens', { inputs: [tokens('attention_mask', [1], [1, 1])] }, 'Input "input_ids" is missing'],
  ['texts and tokens', { inputs: [text('a'), ids] }, 'give one of them'],
  ['another datatype', { inputs: [{ ...text('a'), datatype: 'FP32' }] }, 'datatype "FP32"; expected BYTES'],
  ['too few elements', { inputs: [{ ...text('a'), shape: [2] }] }, 'the shape [2] and 1 elements; expected 2'],
  ['a matrix of texts', { inputs: [{ ...text('a', 'b'), shape: [1, 2] }] }, 'the shape [1, 2]; expected [n]'],
  ['a text that is none', { inputs: [{ ...text(), shape: [1], data: [3] }] }, 'Element 0 of input "text" is number'],
  ['a shape that is none', { inputs: [{ ...text('a'), shape: [-1] }] }, '"inputs[0].shape[0]" is -1; it must be >= 0'],
  ['no texts', { inputs: [text()] }, 'is empty'],
  ['uneven pairs', { inputs: [text('a', 'b'), pair('c')] }, '"text" has 2 texts and "pair" has 1'],
  ['flat tokens', { inputs: [{ ...ids, shape: [6] }] }, 'expected [n, tokens]'],
  [
    'rows of other lengths',
    {
      inputs: [
        {
          ...ids,
          data: [
            [1, 2, 3],
            [1, 2],
          ],
        },
      ],
    },
    'lists that do not nest so',
  ],
  ['half a token', { inputs: [{ ...ids, data: [2, 5, 3, 2, 3, 0.5] }] }, 'Element 5 of input "input_ids" is 0.5'],
  ['a mask of another shape', { inputs: [ids, tokens('attention_mask', [1, 1], [2, 1])] }, 'expected the same'],
  ['padding on the left', { inputs: [ids, tokens('attention_mask', [0, 1, 1, 1, 1, 1])] }, 'Row 0 of "attention_mask"'],
  [
    'a row of nothing but padding',
    { inputs: [ids, tokens('attention_mask', [1, 1, 1, 0, 0, 0])] },
    'Row 1 of "attention_mask"',
  ],
  [
    'an unknown output',
    { inputs: [text('a')], outputs: [{ name: 'logits' }] },
    'no output "logits"; its outputs are label, score, probabilities',
  ],
  [
    'an unknown parameter',
    { inputs: [text('a')], parameters: { budget_costs: 0.5 } },
    'There is no field "parameters.budget_costs"; expected some of budget_cost,',
  ],
  [
    'a nested parameter',
    { inputs: [text('a')], parameters: { budget_cost: { at_most: 1 } } },
    '"parameters.budget_cost" is an object; it must be number',
  ],
  [
    'a budget out of range',
    { inputs: [text('a')], parameters: { budget_cost: 1.5 } },
    '"parameters.budget_cost" is 1.5; it must be <= 1',
  ],
  [
    'a configuration and a budget',
    { inputs: [text('a')], parameters: { budget_cost: 1, length_config: 'full' } },
    'length_config came with a budget',
  ],
])('%s is a 400 that says so', async (_, body, message) => {
  expect(await infer(body)).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining(message), code: 'REQUEST_INVALID' },
  });
});

test('a list without bottom is a 400 too', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const body = (data: string) => `{"inputs":[{"name":"input_ids","shape":[1,2],"datatype":"INT64","data":${data}}]}`;
  for (const data of [`[1,${deep}]`, deep])
    expect(await one.post('/v2/models/reviews/infer', body(data))).toMatchObject({
      status: 400,
      json: { code: 'REQUEST_INVALID' },
    });
  expect((await one.post('/v1/classify', `{"text":${deep}}`)).status).toBe(400);
});

test.each<[string, string]>([
  ['7', 'configurations 0 to 2'],
  ['0.5,0.6,0.5', 'larger than the one before'],
  ['1,1', '2 entries for a model of 3 layers'],
  ['short', 'Cannot read the length configuration'],
])('the configuration %s is a 422', async (length_config, message) => {
  expect(await infer({ inputs: [text('a')], parameters: { length_config } })).toMatchObject({
    status: 422,
    json: { error: expect.stringContaining(message), code: 'LENGTH_CONFIG_INVALID' },
  });
});

test('a question needs its context, and tokens cannot answer in words', async () => {
  expect(await infer({ inputs: [text('who')] }, tasks, 'reader')).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining('"pair" is missing') },
  });
  expect(await infer({ inputs: [ids] }, tasks, 'reader')).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining('no input "input_ids"; its inputs are text, pair.') },
  });
});
