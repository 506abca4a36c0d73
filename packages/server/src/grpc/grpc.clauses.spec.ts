import { status as codes } from '@grpc/grpc-js';
import { createApp } from '../http/app.js';
import { resolveHttpOptions, type HttpOptions } from '../http/http-options.js';
import { ServerError, statusOf, type ServerErrorCode } from '../errors.js';
import { clause } from '../testing/clause.js';
import { fakeService, type FakeModel, type FakeService } from '../testing/fake-service.js';
import { grpcClient, type GrpcCall } from '../testing/grpc-client.js';
import { listen, type Listening } from '../testing/http-client.js';
import { tritonBytes, tritonIntegers } from '../testing/triton-client.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';
import { grpcStatusOf } from './grpc-status.js';
import { serveGrpc } from './grpc-server.js';

interface Started {
  readonly call: GrpcCall;
  readonly service: FakeService;
  readonly http: Listening;
  readonly metrics: Metrics;
}

const ends: (() => Promise<unknown> | void)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const start = async (models: readonly FakeModel[] = [{}], options: HttpOptions = {}): Promise<Started> => {
  const metrics = createMetrics();
  const service = fakeService(models, metrics.observer);
  const app = await createApp(service, { ...options, metrics });
  const server = await serveGrpc(service, {
    ...resolveHttpOptions({ ...options, metrics }),
    host: '127.0.0.1',
    port: 0,
  });
  const { call, close } = grpcClient(server.address);
  ends.push(
    () => app.close(),
    () => server.close(),
    close,
  );
  return { call, service, http: await listen(app), metrics };
};

let one: Started;
beforeAll(async () => {
  one = await start([
    { version: '2' },
    { version: '1' },
    { name: 'names', task: 'token-classification', ready: false },
  ]);
});

const text = (...texts: readonly string[]) => ({
  name: 'text',
  datatype: 'BYTES',
  shape: [texts.length],
  contents: { bytes_contents: texts.map((one_) => Buffer.from(one_)) },
});
const infer = (message: object, call: GrpcCall = one.call) => call('ModelInfer', { model_name: 'reviews', ...message });
const refusal = (code: number, message: string) => ({ code, details: expect.stringContaining(message) });

clause('grpc-1', async () => {
  expect(await one.call('ServerLive', {})).toEqual({ live: true });
  expect(await one.call('ServerReady', {})).toEqual({ ready: false });
  expect(await one.call('ModelReady', { name: 'reviews', version: '1' })).toEqual({ ready: true });
  expect(await one.call('ModelReady', { name: 'names' })).toEqual({ ready: false });
});

clause('grpc-2', async () => {
  expect(await one.call('ServerMetadata', {})).toEqual({
    name: 'length-adaptive',
    version: expect.stringMatching(/^\d/),
    extensions: ['length_budget', 'model_repository', 'statistics'],
  });
  const { inputs, outputs, ...rest } = await one.call('ModelMetadata', { name: 'reviews' });
  expect(rest).toEqual({ name: 'reviews', versions: ['2', '1'], platform: 'onnxruntime_onnx' });
  expect(inputs).toContainEqual({ name: 'input_ids', datatype: 'INT64', shape: [-1, -1] });
  expect(outputs).toContainEqual({ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] });
});

clause('grpc-3', async () => {
  const answer = await infer({ id: 'mine', inputs: [text('a good film', 'dull')], model_version: '1' });
  expect(answer).toMatchObject({ model_name: 'reviews', model_version: '1', id: 'mine', raw_output_contents: [] });
  expect(answer['outputs']).toMatchObject([
    { name: 'label', shape: [2], contents: { bytes_contents: [Buffer.from('positive'), Buffer.from('negative')] } },
    { name: 'score', contents: { fp32_contents: [0.75, 0.75] } },
    { name: 'probabilities', shape: [2, 2], contents: { fp32_contents: [0.25, 0.75, 0.75, 0.25] } },
  ]);
  await infer({
    inputs: [{ name: 'input_ids', datatype: 'INT64', shape: [1, 3], contents: { int64_contents: [2, 5, 3] } }],
    outputs: [{ name: 'score' }],
  });
  expect(one.service.requests.at(-1)?.inputs).toEqual([{ ids: [2, 5, 3] }]);
});

clause('grpc-4', async () => {
  const tensor = (name: string, datatype: string, shape: readonly number[]) => ({ name, datatype, shape });
  const { outputs, raw_output_contents: raw } = await infer({
    inputs: [tensor('text', 'BYTES', [2]), tensor('pair', 'BYTES', [2])],
    raw_input_contents: [tritonBytes('good', 'dull'), tritonBytes('x', 'ü')],
    outputs: [{ name: 'score' }, { name: 'label' }],
  });
  expect(one.service.requests.at(-1)?.inputs).toEqual([
    ['good', 'x'],
    ['dull', 'ü'],
  ]);
  expect(outputs).toMatchObject([{ name: 'score', shape: [2] }, { name: 'label' }]);
  const [scores, labels] = raw as Buffer[];
  expect([scores?.readFloatLE(0), scores?.readFloatLE(4)]).toEqual([0.75, 0.75]);
  expect(labels).toEqual(tritonBytes('positive', 'negative'));
  await infer({ inputs: [tensor('input_ids', 'INT64', [1, 2])], raw_input_contents: [tritonIntegers(7, 8)] });
  expect(one.service.requests.at(-1)?.inputs).toEqual([{ ids: [7, 8] }]);
});

clause('grpc-5', async () => {
  const { parameters } = await infer({
    inputs: [text('good')],
    parameters: {
      budget_cost: { double_param: 0.7 },
      priority: { int64_param: -1 },
      timeout: { uint64_param: 3_000_000 },
      truncate: { bool_param: true },
    },
  });
  expect(one.service.requests.at(-1)).toMatchObject({
    budget: { cost: 0.7 },
    priority: -1,
    timeoutMs: 3000,
    truncate: true,
  });
  expect(parameters).toMatchObject({
    length_config: { string_param: '0.8,0.6,0.5' },
    cost: { double_param: 0.6 },
    degraded: { bool_param: false },
    tokens: { int64_param: 3 },
  });
  await infer({ inputs: [text('good')], parameters: { length_config: { string_param: 'full' } } });
  expect(one.service.requests.at(-1)?.budget).toEqual({ point: { lengths: [1, 1, 1] } });
});

clause('grpc-6', async () => {
  const scalar = { string_param: 'base64' };
  for (const [message, expected] of [
    [{ inputs: [] }, '"inputs"'],
    [{ inputs: [{ ...text('a'), shape: [2] }] }, 'the shape [2] and 1 elements; expected 2'],
    [{ inputs: [{ ...text('a'), datatype: 'FP32' }] }, 'datatype "FP32"; expected BYTES'],
    [{ inputs: [{ ...text('a'), parameters: { content_type: scalar } }] }, '"base64" as "content_type"'],
    [
      { inputs: [{ ...text('a'), parameters: { binary_data_size: { int64_param: 1 } } }] },
      '"binary_data_size" is for HTTP',
    ],
    [{ inputs: [text('a')], parameters: { binary_data_output: { bool_param: true } } }, 'is for HTTP'],
    [{ inputs: [text('a')], parameters: { budget_costs: { double_param: 1 } } }, 'parameters'],
    [{ inputs: [text('a')], parameters: { budget_cost: {} } }, 'The parameter "budget_cost" has no value'],
    [{ inputs: [text('a')], outputs: [{ name: 'score' }, { name: 'score' }] }, 'asked for twice'],
    [
      { inputs: [text('a')], outputs: [{ name: 'score', parameters: { classification: { int64_param: 2 } } }] },
      '"classification": 2',
    ],
    [{ inputs: [text('a')], raw_input_contents: [tritonBytes('a')] }, 'has contents and raw_input_contents'],
    [
      { inputs: [{ ...text('a'), contents: {} }], raw_input_contents: [tritonBytes('a'), tritonBytes('b')] },
      'has 2 elements and there are 1 inputs',
    ],
    [{ inputs: [{ ...text('a'), contents: { bytes_contents: [Buffer.from([0xc3, 0x28])] } }] }, 'is not UTF-8'],
    [{ inputs: [text(...new Array<string>(33).fill('a'))] }, '33 texts came'],
  ] as const)
    await expect(infer(message)).rejects.toMatchObject(refusal(codes.INVALID_ARGUMENT, expected));
});

clause('grpc-7', async () => {
  await expect(infer({ model_name: 'nobody', inputs: [text('a')] })).rejects.toMatchObject({ code: codes.NOT_FOUND });
  const infeasible = infer({ inputs: [text('a')], parameters: { budget_cost: { double_param: 0.1 } } });
  const error = (await infeasible.catch((thrown: unknown) => thrown)) as {
    code: number;
    metadata: { get(name: string): (string | Buffer)[] };
  };
  expect(error.code).toBe(codes.INVALID_ARGUMENT);
  expect(error.metadata.get('code')).toEqual(['BUDGET_INFEASIBLE']);
  expect(JSON.parse(String(error.metadata.get('details-bin')[0]))).toMatchObject({ nearest: { cost: 0.4 } });
  const expected: Partial<Record<ServerErrorCode, number>> = {
    OVERLOADED: codes.RESOURCE_EXHAUSTED,
    TIMED_OUT: codes.DEADLINE_EXCEEDED,
    ABANDONED: codes.CANCELLED,
    WORKER_CRASHED: codes.UNAVAILABLE,
    MODEL_NOT_READY: codes.UNAVAILABLE,
    SHUTTING_DOWN: codes.UNAVAILABLE,
    TEXT_TOO_LONG: codes.INVALID_ARGUMENT,
    FORBIDDEN: codes.PERMISSION_DENIED,
  };
  const { call, service } = await start();
  for (const [code, status] of Object.entries(expected)) {
    service.fail(new ServerError(code as ServerErrorCode, 'What happened.', { retryAfterMs: 1200 }));
    await expect(infer({ inputs: [text('a')] }, call)).rejects.toMatchObject(refusal(status, 'What happened.'));
  }
  service.fail(new TypeError('the secret'));
  await expect(infer({ inputs: [text('a')] }, call)).rejects.toMatchObject({
    code: codes.INTERNAL,
    details: expect.not.stringContaining('secret'),
  });
  for (const status of Object.values(statusOf)) expect(grpcStatusOf({ status })).not.toBe(codes.UNKNOWN);
});

clause('grpc-8', async () => {
  const { call } = await start([{}], { apiKeys: ['first-key', 'second-key'] });
  for (const [method, message] of [
    ['ServerLive', {}],
    ['ServerReady', {}],
    ['ModelReady', { name: 'reviews' }],
  ] as const)
    await expect(call(method, message)).resolves.toBeDefined();
  for (const method of [
    'ServerMetadata',
    'ModelMetadata',
    'ModelStatistics',
    'RepositoryIndex',
    'RepositoryModelUnload',
  ])
    await expect(call(method, {})).rejects.toMatchObject({ code: codes.UNAUTHENTICATED });
  const message = { model_name: 'reviews', inputs: [text('good')] };
  for (const [authorization, ok] of [
    ['Bearer first-key', true],
    ['bearer second-key', true],
    ['Bearer first', false],
    ['Bearer ', false],
    ['first-key', false],
  ] as const) {
    const answer = call('ModelInfer', message, { metadata: { authorization } });
    if (ok) await expect(answer).resolves.toMatchObject({ model_name: 'reviews' });
    else await expect(answer).rejects.toMatchObject({ code: codes.UNAUTHENTICATED });
  }
});

clause('grpc-9', async () => {
  const { call } = await start([{}, { name: 'stars', task: 'regression' }]);
  await infer({ inputs: [text('good', 'bad')] }, call);
  await infer({ inputs: [text('')] }, call).catch(() => undefined);
  expect(await call('ModelStatistics', { name: 'reviews' })).toMatchObject({
    model_stats: [
      { name: 'reviews', inference_count: 2, inference_stats: { success: { count: 1 }, fail: { count: 1 } } },
    ],
  });
  expect((await call('ModelStatistics', {}))['model_stats']).toHaveLength(2);
  expect(await call('RepositoryModelUnload', { model_name: 'stars' })).toEqual({});
  expect(await call('RepositoryIndex', {})).toEqual({
    models: [
      { name: 'reviews', version: '1', state: 'READY', reason: '' },
      { name: 'stars', version: '1', state: 'UNAVAILABLE', reason: 'unloaded' },
    ],
  });
  expect((await call('RepositoryIndex', { ready: true }))['models']).toHaveLength(1);
  expect(await call('RepositoryModelLoad', { model_name: 'stars' })).toEqual({});
  expect((await call('RepositoryIndex', { ready: true }))['models']).toHaveLength(2);
  await expect(call('RepositoryModelLoad', { model_name: 'nobody' })).rejects.toMatchObject({ code: codes.NOT_FOUND });
  const locked = await start([{}], { modelControl: false });
  await expect(locked.call('RepositoryModelUnload', { model_name: 'reviews' })).rejects.toMatchObject({
    code: codes.PERMISSION_DENIED,
  });
});

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

clause('grpc-10', async () => {
  const { call, service } = await start();
  await call('ModelInfer', { model_name: 'reviews', inputs: [text('good')] }, { deadlineMs: 5000 });
  const { timeoutMs = 0 } = service.requests.at(-1) ?? {};
  expect(timeoutMs).toBeGreaterThan(0);
  expect(timeoutMs).toBeLessThanOrEqual(5000);
  const release = service.hold();
  const client = new AbortController();
  const cancelled = call('ModelInfer', { model_name: 'reviews', inputs: [text('good')] }, { signal: client.signal });
  await until(() => service.waiting() === 1);
  client.abort();
  await expect(cancelled).rejects.toMatchObject({ code: codes.CANCELLED });
  await until(() => service.waiting() === 0); // though nothing was let go
  release();
});

clause('grpc-11', async () => {
  const { call, service, http, metrics } = await start([{}], { maxConcurrentRequests: 1 });
  const release = service.hold();
  const first = call('ModelInfer', { model_name: 'reviews', inputs: [text('good')] });
  await until(() => service.waiting() === 1);
  expect((await http.post('/v1/classify', { text: 'good' })).status).toBe(429);
  release();
  await expect(first).resolves.toMatchObject({ model_name: 'reviews' });
  const again = service.hold();
  const second = http.post('/v1/classify', { text: 'good' });
  await until(() => service.waiting() === 1);
  await expect(call('ModelInfer', { model_name: 'reviews', inputs: [text('good')] })).rejects.toMatchObject({
    code: codes.RESOURCE_EXHAUSTED,
  });
  again();
  expect((await second).status).toBe(200);
  expect(await metrics.text([])).toContain('route="grpc/ModelInfer",code="OVERLOADED"} 1');
});

test('the log says where the program failed, and nothing of what was sent', async () => {
  const service = fakeService();
  const lines: { readonly fields: object; readonly message: string }[] = [];
  const write = (fields: object, message: string) => lines.push({ fields, message });
  const server = await serveGrpc(service, {
    ...resolveHttpOptions({}),
    ...{ host: '127.0.0.1', port: 0, log: { info: write, error: write } },
  });
  const { call, close } = grpcClient(server.address);
  ends.push(() => server.close(), close);
  service.fail(new TypeError('the secret'));
  await expect(infer({ inputs: [text('a')] }, call)).rejects.toMatchObject({ code: codes.INTERNAL });
  expect(lines.map(({ message }) => message)).toEqual(['a fault of the program', 'request']);
  expect(lines[0]?.fields).toEqual({ route: 'ModelInfer', place: expect.stringContaining('    at ') });
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('without a key no names of models are told', async () => {
  const { call } = await start([{}, { name: 'topics' }], { apiKeys: ['key'] });
  const ask = (authorization?: string) =>
    call('ModelReady', { name: 'x' }, authorization === undefined ? {} : { metadata: { authorization } });
  for (const authorization of [undefined, 'Bearer kez'])
    await expect(ask(authorization)).rejects.toMatchObject({
      code: codes.NOT_FOUND,
      details: 'There is no such model, or no such version of it.',
    });
  await expect(ask('Bearer key')).rejects.toMatchObject(refusal(codes.NOT_FOUND, '"x"'));
  await expect(one.call('ModelReady', { name: 'x' })).rejects.toMatchObject(refusal(codes.NOT_FOUND, '"x"')); // there are no keys
});

test('a priority below the least is refused, as over HTTP', async () => {
  const { call } = await start([{}], { minPriority: -2 });
  const asked = (priority: number) =>
    infer({ inputs: [text('good')], parameters: { priority: { int64_param: priority } } }, call);
  await expect(asked(-2)).resolves.toMatchObject({ model_name: 'reviews' });
  await expect(asked(-3)).rejects.toMatchObject(
    refusal(codes.INVALID_ARGUMENT, 'priority is -3; this server takes -2 and above.'),
  );
});
