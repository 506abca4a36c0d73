import fc from 'fast-check';
import { sendRaw } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([{}, { name: 'reader', task: 'question-answering' }], { bodyLimit: 4000, requestTimeoutMs: 300 });
});

const runs = { seed: 42, numRuns: 300 };
const known = [200, 400, 404, 405, 408, 413, 415, 422, 431];

const routes = [
  '/v1/classify',
  '/v1/answer',
  '/v1/tag',
  '/predict',
  '/v2/models/reviews/infer',
  '/v2/models/reader/versions/1/infer',
];

/** Field names that mean something, beside any others. */
const field = fc.oneof(
  fc.constantFrom(
    'text',
    'texts',
    'pair',
    'pairs',
    'question',
    'context',
    'inputs',
    'outputs',
    'parameters',
    'id',
    'model',
    'version',
    'truncate',
    'raw_scores',
  ),
  fc.constantFrom(
    'name',
    'shape',
    'datatype',
    'data',
    'budget_cost',
    'budget_latency_ms',
    'min_score',
    'timeout_ms',
    'priority',
    'length_config',
    'answers',
  ),
  fc.string(),
);
const leaf = fc.oneof(
  fc.constantFrom(
    'good',
    'text',
    'pair',
    'input_ids',
    'attention_mask',
    'BYTES',
    'INT64',
    'full',
    '0',
    '1,1,1',
    'reviews',
    'reader',
    '1',
    '',
  ),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(field, tie('value'), { maxKeys: 6 }),
  ),
}));

/** Tensors that are nearly right. */
const tensor = fc.record({
  name: fc.constantFrom('text', 'pair', 'input_ids', 'attention_mask', 'token_type_ids', 'other'),
  shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  datatype: fc.constantFrom('BYTES', 'INT64', 'FP32'),
  data: fc.array(
    fc.oneof(fc.constantFrom('good', '', 0, 1, 2), fc.array(fc.constantFrom('good', 0, 1), { maxLength: 3 })),
    { maxLength: 9 },
  ),
});
const nearly = fc.record(
  {
    inputs: fc.array(tensor, { maxLength: 4 }),
    parameters: fc.dictionary(field, leaf, { maxKeys: 2 }),
    outputs: fc.array(fc.record({ name: field }), { maxLength: 2 }),
  },
  { requiredKeys: ['inputs'] },
);

test('no body makes it fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), fc.oneof(value, nearly), async (route, body) => {
      const { status, json } = await one.post(route, JSON.stringify(body));
      expect(known).toContain(status);
      if (status !== 200) expect(json).toMatchObject({ error: expect.any(String) });
    }),
    runs,
  );
});

test('no bytes for a body make it fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.string({ unit: 'binary', maxLength: 6000 }),
      async (route, body) => {
        expect(known).toContain((await one.post(route, body)).status);
      },
    ),
    { ...runs, numRuns: 100 },
  );
});

test('no headers, addresses or chunks make it fail', async () => {
  const word = fc.stringMatching(/^[\x20-\x7e]{0,40}$/);
  const header = fc.tuple(
    fc.constantFrom(
      'Content-Type',
      'Content-Length',
      'Transfer-Encoding',
      'Expect',
      'Authorization',
      'X-Request-Id',
      'Traceparent',
      'Connection',
      'Content-Encoding',
      'Origin',
      'Upgrade',
    ),
    fc.oneof(
      fc.constantFrom('application/json', 'chunked', '10', 'keep-alive', '100-continue', 'gzip', 'websocket'),
      word,
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'HEAD', 'TRACE'),
      fc.oneof(fc.constantFrom(...routes, '/', '/metrics', '/docs/x'), word),
      fc.array(header, { maxLength: 5 }),
      fc.array(fc.oneof(fc.constantFrom('5\r\n{"a":\r\n', '0\r\n\r\n', '{"text":"good"}'), word), { maxLength: 4 }),
      async (method, path, headers, parts) => {
        const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\n${headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')}Connection: close\r\n\r\n`;
        const received = await sendRaw(one.port, [head, ...parts], 2_000);
        const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
        expect(statuses.filter((status) => status >= 500)).toEqual([]);
      },
    ),
    { ...runs, numRuns: 150 },
  );
  expect((await one.post('/v1/classify', { model: 'reviews', text: 'good' })).status).toBe(200);
});
