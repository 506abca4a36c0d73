import { clause } from '../testing/clause.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';
import {
  exchangeBytes,
  tritonBytes,
  tritonGet,
  tritonInfer,
  tritonIntegers,
  tritonJsonInfer,
  tritonOutputs,
  type BinaryInput,
  type RawAnswer,
} from '../testing/triton-client.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([{}, { name: 'reader', task: 'question-answering' }]);
});

const ask = (bytes: Buffer): Promise<RawAnswer> => exchangeBytes(one.port, bytes);
const bytesInput = (name: string, ...texts: readonly string[]): BinaryInput => ({
  name,
  shape: [texts.length],
  datatype: 'BYTES',
  bytes: tritonBytes(...texts),
});
const jsonOf = ({ body, headers }: RawAnswer): unknown =>
  JSON.parse(body.subarray(0, Number(headers['inference-header-content-length'] ?? body.length)).toString());

/** A request whose parts are written by hand. */
const byHand = (path: string, json: object, tail: Buffer, headers: Readonly<Record<string, string | number>> = {}) => {
  const text = Buffer.from(JSON.stringify(json));
  const all = {
    'Inference-Header-Content-Length': text.length,
    'Content-Length': text.length + tail.length,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`), text, tail]);
};
const inferPath = '/v2/models/reviews/infer';

clause('binary-1', async () => {
  expect((await one.get('/v2')).json).toMatchObject({ extensions: expect.arrayContaining(['binary_tensor_data']) });
});

clause('binary-2', async () => {
  const texts = ['a good film', '', 'ünïcode 日本'];
  await ask(tritonInfer('reviews', [bytesInput('text', ...texts), bytesInput('pair', 'x', 'y', 'z')]));
  expect(one.service.requests.at(-1)?.inputs).toEqual(texts.map((text, at) => [text, ['x', 'y', 'z'][at]]));
});

clause('binary-3', async () => {
  const tensor = (name: string, ...numbers: readonly number[]): BinaryInput => ({
    name,
    shape: [2, 3],
    datatype: 'INT64',
    bytes: tritonIntegers(...numbers),
  });
  const answer = await ask(
    tritonInfer('reviews', [tensor('input_ids', 2, 5, 3, 2, 3, 0), tensor('attention_mask', 1, 1, 1, 1, 1, 0)]),
  );
  expect(answer.status).toBe(200);
  expect(one.service.requests.at(-1)?.inputs).toEqual([{ ids: [2, 5, 3] }, { ids: [2, 3] }]);
  expect(await ask(tritonInfer('reviews', [tensor('input_ids', 2, 2 ** 53, 3, 2, 3, 0)]))).toMatchObject({
    status: 400,
  });
});

clause('binary-4', async () => {
  const answer = await ask(tritonInfer('reviews', [bytesInput('text', 'good', 'dull')], [], '7'));
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream' } });
  expect(jsonOf(answer)).toMatchObject({
    id: '7',
    outputs: [
      { name: 'label', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: 24 } },
      { name: 'score', datatype: 'FP32', shape: [2], parameters: { binary_data_size: 8 } },
      { name: 'probabilities', datatype: 'FP32', shape: [2, 2], parameters: { binary_data_size: 16 } },
    ],
  });
  expect(Number(answer.headers['content-length'])).toBe(
    Number(answer.headers['inference-header-content-length']) + 24 + 8 + 16,
  );
  expect(tritonOutputs(answer)).toEqual({
    label: ['positive', 'negative'],
    score: [0.75, 0.75],
    probabilities: [0.25, 0.75, 0.75, 0.25],
  });
});

clause('binary-5', async () => {
  const outputs = [
    { name: 'score', binary: true },
    { name: 'label', binary: false },
  ];
  const answer = await ask(tritonInfer('reviews', [bytesInput('text', 'good')], outputs));
  expect(tritonOutputs(answer)).toEqual({ score: [0.75], label: ['positive'] });
  expect(jsonOf(answer)).toMatchObject({
    outputs: [
      { name: 'score', parameters: { binary_data_size: 4 } },
      { name: 'label', data: ['positive'] },
    ],
  });
  const inputs = [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['good'] }];
  const { headers, json } = await one.post(inferPath, {
    inputs,
    outputs: [{ name: 'score', parameters: { binary_data: false } }],
    parameters: { binary_data_output: true },
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(json).toMatchObject({ outputs: [{ name: 'score', data: [0.75] }] });
});

clause('binary-6', async () => {
  const tail = Buffer.concat([tritonBytes('the answer'), tritonBytes()]);
  const json = {
    inputs: [
      { name: 'pair', shape: [1], datatype: 'BYTES', parameters: { binary_data_size: tail.length } },
      { name: 'text', shape: [1], datatype: 'BYTES', data: ['who'] },
    ],
  };
  expect((await ask(byHand('/v2/models/reader/infer', json, tail))).status).toBe(200);
  expect(one.service.requests.at(-1)?.inputs).toEqual([['who', 'the answer']]);
});

clause('binary-7', async () => {
  const good = tritonBytes('good');
  const input = (size: unknown, more: object = {}) => ({
    inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', parameters: { binary_data_size: size }, ...more }],
  });
  const ids = {
    inputs: [{ name: 'input_ids', shape: [1, 2], datatype: 'INT64', parameters: { binary_data_size: 8 } }],
  };
  for (const [bytes, message] of [
    [byHand(inferPath, input(9), good), 'has 9 as'],
    [byHand(inferPath, input(4), good), 'cut off'],
    [byHand(inferPath, input(-1), good), 'has -1 as'],
    [byHand(inferPath, input('8'), good), 'has "8" as'],
    [byHand(inferPath, input(8, { data: ['good'] }), good), 'has "data" and "parameters.binary_data_size"'],
    [byHand(inferPath, input(8), Buffer.concat([good, good])), '16 bytes follow the JSON and the inputs name 8'],
    [
      byHand(inferPath, input(8), good, { 'Inference-Header-Content-Length': 99_999 }),
      'Inference-Header-Content-Length is "99999"',
    ],
    [
      byHand(inferPath, input(8), good, { 'Inference-Header-Content-Length': 'x' }),
      'Inference-Header-Content-Length is "x"',
    ],
    [byHand(inferPath, input(8), good, { 'Inference-Header-Content-Length': 0 }), 'empty'],
    [byHand(inferPath, ids, tritonIntegers(1)), 'the shape [1, 2] and 8 bytes; expected 16'],
    [
      byHand(inferPath, { inputs: [{ name: 'text', shape: [1], datatype: 'BYTES' }] }, Buffer.alloc(0)),
      'neither "data" nor',
    ],
  ] as const) {
    const answer = await ask(bytes);
    expect({ status: answer.status, body: jsonOf(answer) }).toEqual({
      status: 400,
      body: { error: expect.stringContaining(message), code: 'REQUEST_INVALID' },
    });
  }
  const { status, json } = await one.post(inferPath, input(8));
  expect({ status, json }).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining('the header Inference-Header-Content-Length is missing') },
  });
});

clause('binary-8', async () => {
  for (const path of ['/v1/classify', '/predict', '/v2/repository/index']) {
    const answer = await ask(byHand(path, { text: 'good', inputs: 'good' }, Buffer.from('x')));
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain('Inference-Header-Content-Length');
  }
});

clause('binary-9', async () => {
  for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/reviews/ready', '/v2', '/v2/models/reviews'])
    expect((await ask(tritonGet(path))).status).toBe(200);
  const sent = tritonInfer('reviews', [bytesInput('text', 'good')]);
  // The bytes themselves, so that nothing here moves with the server.
  expect(sent.toString('latin1')).toBe(
    [
      'POST /v2/models/reviews/infer HTTP/1.1',
      'User-Agent: python/gevent-http-client-2.3.1',
      'Inference-Header-Content-Length: 136',
      'Host: localhost:8000',
      'Content-Length: 144',
      '',
      '{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":8}}],"parameters":{"binary_data_output":true}}\x04\0\0\0good',
    ].join('\r\n'),
  );
  expect(tritonOutputs(await ask(sent))).toMatchObject({ label: ['positive'] });
  const json = tritonJsonInfer('reviews', [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['dull'] }]);
  expect(tritonOutputs(await ask(json))).toMatchObject({ label: ['negative'] });
});

clause('binary-10', async () => {
  const bytes = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from([0xc3, 0x28])]);
  const answer = await ask(tritonInfer('reviews', [{ ...bytesInput('text', 'x'), bytes }]));
  expect(answer.status).toBe(400);
  expect(answer.body.toString()).toContain('Element 0 of input \\"text\\" is not UTF-8');
});
