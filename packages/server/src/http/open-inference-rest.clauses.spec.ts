import { clause } from '../testing/clause.js';
import { send, sendRaw } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
let opening: StartedApp;
beforeAll(async () => {
  one = await start([{ version: '2' }, { version: '1' }, { name: 'reader', task: 'question-answering' }]);
  opening = await start([{ ready: false }]);
});

const text = (...data: readonly string[]) => ({ name: 'text', shape: [data.length], datatype: 'BYTES', data });
const infer = (body: unknown, model = 'reviews') => one.post(`/v2/models/${model}/infer`, body);
const refused = (message: string, code = 'REQUEST_INVALID') => ({
  status: 400,
  json: { error: expect.stringContaining(message), code },
});

clause('rest-1', async () => {
  for (const path of ['/v2', '/v2/'])
    expect((await one.get(path)).json).toEqual({
      name: 'length-adaptive',
      version: expect.stringMatching(/^\d+\.\d+/),
      extensions: expect.arrayContaining(['length_budget', 'binary_tensor_data']),
    });
});

clause('rest-2', async () => {
  expect(await opening.get('/v2/health/live')).toMatchObject({ status: 200, json: { live: true } });
});

clause('rest-3', async () => {
  expect(await one.get('/v2/health/ready')).toMatchObject({ status: 200, json: { ready: true } });
  expect(await opening.get('/v2/health/ready')).toMatchObject({ status: 503, json: { ready: false } });
});

clause('rest-4', async () => {
  for (const path of ['/v2/models/reviews', '/v2/models/reviews/versions/1'])
    expect((await one.get(path)).json).toMatchObject({
      name: 'reviews',
      versions: ['2', '1'],
      platform: 'onnxruntime_onnx',
      inputs: expect.any(Array),
      outputs: [{ name: 'label', datatype: 'BYTES', shape: [-1] }, {}, {}],
    });
});

interface InputMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: { readonly optional: boolean; readonly excludes?: string };
}

clause('rest-5', async () => {
  for (const model of ['reviews', 'reader']) {
    const { inputs } = (await one.get(`/v2/models/${model}`)).json as { inputs: readonly InputMetadata[] };
    const tensorOf = ({ name, datatype, shape }: InputMetadata) => ({
      name,
      datatype,
      shape: shape.map((length) => (length < 0 ? 1 : length)),
      data: [datatype === 'BYTES' ? 'good' : name === 'token_type_ids' ? 0 : 1],
    });
    const required = inputs.filter(({ parameters }) => !parameters.optional);
    for (const first of required) {
      const excluded = (first.parameters.excludes ?? '').split(',');
      const beside = inputs.filter(({ name }) => !excluded.includes(name));
      for (const chosen of [beside, beside.filter(({ parameters }) => !parameters.optional)])
        expect((await infer({ inputs: chosen.map(tensorOf) }, model)).status).toBe(200);
    }
  }
});

clause('rest-6', async () => {
  expect(await one.get('/v2/models/reviews/versions/1/ready')).toMatchObject({
    status: 200,
    json: { name: 'reviews', ready: true },
  });
  expect(await opening.get('/v2/models/reviews/ready')).toMatchObject({ status: 503, json: { ready: false } });
});

clause('rest-7', async () => {
  expect(await infer({ id: 'mine', inputs: [text('good', 'dull')] })).toMatchObject({
    status: 200,
    json: {
      model_name: 'reviews',
      model_version: '2',
      id: 'mine',
      parameters: { length_config: '0.8,0.6,0.5' },
      outputs: [{ name: 'label', datatype: 'BYTES', shape: [2], data: ['positive', 'negative'] }, {}, {}],
    },
  });
});

clause('rest-8', async () => {
  for (const id of ['', 'a'.repeat(5000), 'ü\n"'])
    expect((await infer({ id, inputs: [text('good')] })).json).toMatchObject({ id });
});

clause('rest-9', async () => {
  const outputs = (...names: readonly string[]) => ({
    inputs: [text('good')],
    outputs: names.map((name) => ({ name })),
  });
  expect((await infer(outputs('score', 'label'))).json).toMatchObject({
    outputs: [{ name: 'score' }, { name: 'label' }],
  });
  expect(await infer(outputs('score', 'label', 'score'))).toMatchObject(refused('Output "score" is asked for twice'));
});

clause('rest-10', async () => {
  const ids = (data: readonly unknown[]) => ({
    inputs: [{ name: 'input_ids', shape: [2, 2], datatype: 'INT64', data }],
  });
  for (const data of [
    [1, 2, 3, 4],
    [
      [1, 2],
      [3, 4],
    ],
  ]) {
    expect((await infer(ids(data))).status).toBe(200);
    expect(one.service.requests.at(-1)?.inputs).toEqual([{ ids: [1, 2] }, { ids: [3, 4] }]);
  }
});

clause('rest-11', async () => {
  for (const [body, message] of [
    [{ inputs: [text('a')], parameters: { budget_cost: { at_most: 1 } } }, '"parameters.budget_cost" is an object'],
    [
      { inputs: [{ ...text('a'), parameters: { content_type: ['str'] } }] },
      '"inputs[0].parameters.content_type" is a list of 1',
    ],
    [{ inputs: [{ ...text('a'), parameters: { content_type: null } }] }, '"inputs[0].parameters.content_type" is null'],
    [
      { inputs: [text('a')], outputs: [{ name: 'score', parameters: { binary_data: { yes: true } } }] },
      '"outputs[0].parameters.binary_data" is an object',
    ],
    [{ inputs: [text('a')], parameters: { budget_costs: 0.5 } }, 'no field "parameters.budget_costs"'],
  ] as const)
    expect(await infer(body)).toMatchObject(refused(message));
});

clause('rest-12', async () => {
  const input = (parameters: object) => ({ inputs: [{ ...text('Z29vZA=='), parameters }] });
  const output = (parameters: object) => ({ inputs: [text('good')], outputs: [{ name: 'label', parameters }] });
  const before = one.service.requests.length;
  for (const [body, message] of [
    [input({ content_type: 'base64' }), 'Input "text" has "base64" as "content_type"; expected "str" or "np"'],
    [input({ shared_memory_region: 'mine' }), 'parameter "shared_memory_region"; this server shares no memory'],
    [input({ headers: 'x' }), 'has the parameter "headers"; expected some of binary_data_size, content_type'],
    [output({ classification: 2 }), 'Output "label" has the parameter "classification": 2'],
    [output({ binary_data: 1 }), 'has 1 as "binary_data"; expected true or false'],
    [output({ content_type: 'base64' }), 'Output "label" has "base64" as "content_type"'],
    [output({ constructor: true }), 'has the parameter "constructor"'],
  ] as const)
    expect(await infer(body)).toMatchObject(refused(message));
  expect(one.service.requests.length).toBe(before);
  expect((await infer(input({ content_type: 'str' }))).status).toBe(200);
});

clause('rest-13', async () => {
  for (const [path, body] of [
    ['/v2/models/reviews/infer', { inputs: [text('good')] }],
    ['/v1/classify', { model: 'reviews', text: 'good' }],
  ] as const) {
    const json = JSON.stringify(body);
    const answer = await sendRaw(
      one.port,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 .*positive/s);
  }
});

clause('rest-14', async () => {
  const body = Buffer.from(JSON.stringify({ inputs: [text('go?od')] }), 'latin1');
  body[body.indexOf('?')] = 0xff;
  for (const path of ['/v2/models/reviews/infer', '/v1/classify'])
    expect(
      await send(`${one.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
    ).toMatchObject(refused('not UTF-8'));
});

clause('rest-15', async () => {
  for (const body of ['{', '[]', '{"inputs":[]}']) {
    const { status, json } = await infer(body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ error: expect.stringMatching(/.{10}/) });
  }
});

clause('rest-16', async () => {
  for (const path of ['/v2/models/nobody', '/v2/models/reviews/versions/3', '/v2/models/nobody/ready'])
    expect(await one.get(path)).toMatchObject({ status: 404, json: { error: expect.any(String) } });
  expect((await infer({ inputs: [text('a')] }, 'nobody')).status).toBe(404);
});

clause('rest-17', async () => {
  expect((await infer({ inputs: [text('good')], parameters: { timeout: 2_500_000 } })).status).toBe(200);
  expect(one.service.requests.at(-1)?.timeoutMs).toBe(2500);
  expect((await infer({ inputs: [text('good')], parameters: { timeout: 0 } })).status).toBe(200);
  expect(one.service.requests.at(-1)?.timeoutMs).toBeUndefined();
  expect(await infer({ inputs: [text('good')], parameters: { timeout: 1, timeout_ms: 1 } })).toMatchObject(
    refused('timeout came with timeout_ms'),
  );
});

clause('rest-18', async () => {
  const body = { model_name: 'x', inputs: [{ ...text('good'), extra: 1 }], outputs: [{ name: 'score', extra: {} }] };
  expect((await infer(body)).status).toBe(200);
});
