import { connect } from 'node:net';
import { ServerError, statusOf, type ServerErrorCode } from '../errors.js';
import { send, sendRaw } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([{}], { bodyLimit: 1000, maxTexts: 3, maxTextLength: 100 });
});

const json = { 'content-type': 'application/json' };
const chunked = (body: string, { headers = json }: { headers?: object } = {}) =>
  [
    'POST /v1/classify HTTP/1.1',
    'Host: x',
    'Connection: close',
    'Transfer-Encoding: chunked',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n') + `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

describe('what cannot be taken', () => {
  test.each<[string, string, RequestInit, number, ServerErrorCode]>([
    ['bad JSON', '/v1/classify', { method: 'POST', headers: json, body: '{"text": secret' }, 400, 'REQUEST_INVALID'],
    ['no JSON', '/v1/classify', { method: 'POST', headers: json, body: '' }, 400, 'REQUEST_INVALID'],
    ['no body', '/v1/classify', { method: 'POST' }, 400, 'REQUEST_INVALID'],
    ['a list', '/v1/classify', { method: 'POST', headers: json, body: '[]' }, 400, 'REQUEST_INVALID'],
    [
      'a prototype',
      '/v1/classify',
      { method: 'POST', headers: json, body: '{"text":"a","__proto__":{}}' },
      400,
      'REQUEST_INVALID',
    ],
    ['a malformed address', '/v2/models/%zz', {}, 400, 'REQUEST_INVALID'],
    ['an unknown address', '/v1/classifyy', {}, 404, 'NOT_FOUND'],
    ['an address that is too long', `/v2/models/${'a'.repeat(200)}`, {}, 404, 'NOT_FOUND'],
    ['an unknown model', '/v2/models/nobody', {}, 404, 'MODEL_NOT_FOUND'],
    [
      'a body over the limit',
      '/v1/classify',
      { method: 'POST', headers: json, body: JSON.stringify({ text: 'a'.repeat(2000) }) },
      413,
      'BODY_TOO_LARGE',
    ],
    [
      'too many texts',
      '/v1/classify',
      { method: 'POST', headers: json, body: JSON.stringify({ texts: ['a', 'b', 'c', 'd'] }) },
      413,
      'BATCH_TOO_LARGE',
    ],
    [
      'a long text',
      '/v1/classify',
      { method: 'POST', headers: json, body: JSON.stringify({ text: 'a', pair: 'a'.repeat(101) }) },
      413,
      'TEXT_TOO_LARGE',
    ],
    [
      'plain text',
      '/v1/classify',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a' },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      'a form',
      '/v1/classify',
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'text=a' },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
  ])('%s', async (_, path, init, status, code) => {
    expect(await send(`${one.url}${path}`, init)).toMatchObject({ status, json: { error: expect.any(String), code } });
  });

  test('a chunked body over the limit, and one within it', async () => {
    expect(await sendRaw(one.port, chunked(JSON.stringify({ text: 'a'.repeat(2000) })))).toMatch(
      /^HTTP\/1.1 413 .*BODY_TOO_LARGE/s,
    );
    expect(await sendRaw(one.port, chunked(JSON.stringify({ text: 'good' })))).toMatch(/^HTTP\/1.1 200 .*positive/s);
  });

  test.each([
    ['GET', '/v1/classify', 'POST'],
    ['DELETE', '/v2/models/reviews/infer', 'POST'],
    ['PUT', '/v2', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['OPTIONS', '/predict', 'POST'],
  ])('%s %s is a 405 that allows %s', async (method, path, allow) => {
    const answer = await send(`${one.url}${path}`, {
      method,
      headers: json,
      ...(method !== 'GET' && { body: 'no JSON' }),
    });
    expect(answer).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test('what is not HTTP, and headers without end', async () => {
    expect(await sendRaw(one.port, 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*REQUEST_INVALID/s);
    expect(await sendRaw(one.port, `GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe('what the service says', () => {
  const retry: readonly ServerErrorCode[] = ['OVERLOADED', 'WORKER_CRASHED', 'MODEL_NOT_READY', 'SHUTTING_DOWN'];
  const codes = Object.keys(statusOf) as ServerErrorCode[];

  test.each(codes)('%s has its status, and says when it is worth trying again', async (code) => {
    const { post, service } = await start();
    service.fail(new ServerError(code, 'What happened.', { details: { nearest: 1 }, retryAfterMs: 1200 }));
    const { status, json: body, headers } = await post('/v1/classify', { text: 'a' });
    expect({ status, body }).toEqual({ status: statusOf[code], body: { error: 'What happened.', code, nearest: 1 } });
    expect(headers.get('retry-after')).toBe(retry.includes(code) ? '2' : null);
    expect(headers.get('connection')).toBe(code === 'SHUTTING_DOWN' ? 'close' : 'keep-alive');
    expect(headers.get('www-authenticate')).toBe(code === 'UNAUTHORIZED' ? 'Bearer realm="length-adaptive"' : null);
  });

  test('a fault of the program is a 500 that tells nothing', async () => {
    const { post, service } = await start();
    service.fail(new TypeError('the secret'));
    expect((await post('/v1/classify', { text: 'a' })).json).toEqual({
      error: expect.not.stringContaining('secret'),
      code: 'INTERNAL',
    });
  });
});

describe('request ids', () => {
  test.each([
    ['mine-1.2:3', true],
    ['not mine', false],
    ['a'.repeat(200), false],
  ])('%s', async (id, kept) => {
    const echoed = (await one.get('/v2', { 'x-request-id': id })).headers.get('x-request-id');
    expect(echoed === id).toBe(kept);
    if (!kept) expect(echoed).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('API keys', () => {
  let locked: StartedApp;
  beforeAll(async () => {
    locked = await start([{}], { apiKeys: ['first-key', 'second-key'] });
  });

  test.each(['/', '/health', '/v2/health/live', '/v2/health/ready', '/v2/models/reviews/ready'])(
    '%s is open',
    async (path) => {
      expect((await locked.get(path)).status).toBe(200);
    },
  );

  test.each([
    '/v2',
    '/v2/models/reviews',
    '/v1/models',
    '/v1/status',
    '/metrics',
    '/docs',
    '/docs/static/swagger-ui.css',
    '/openapi.json',
    '/info',
    '/nothing',
  ])('%s is closed', async (path) => {
    const { status, headers, json: body } = await locked.get(path);
    expect({ status, challenge: headers.get('www-authenticate') }).toEqual({
      status: 401,
      challenge: 'Bearer realm="length-adaptive"',
    });
    expect(body).toMatchObject(path === '/info' ? { error_type: 'Validation' } : { code: 'UNAUTHORIZED' });
    expect((await locked.get(path, { authorization: 'Bearer second-key' })).status).not.toBe(401);
  });

  test.each([
    ['Bearer first-key', 200],
    ['bearer second-key', 200],
    ['Bearer first-kez', 401],
    ['Bearer first', 401],
    ['Bearer first-key-and-more', 401],
    ['Bearer ', 401],
    ['Basic Zmlyc3Qta2V5', 401],
  ])('inference with "%s" is a %i', async (authorization, status) => {
    for (const [path, body] of [
      ['/v1/classify', { text: 'a' }],
      ['/predict', { inputs: 'a' }],
      ['/v2/models/reviews/infer', { inputs: [{ name: 'text', shape: [1], datatype: 'BYTES', data: ['a'] }] }],
    ] as const) {
      expect((await locked.post(path, body, { authorization })).status).toBe(status);
    }
  });
});

describe('what is told without a key', () => {
  test('no names of models', async () => {
    const { get } = await start([{}, { name: 'topics' }], { apiKeys: ['key'] });
    for (const path of ['/v2/models/x/ready', '/v2/models/reviews/versions/9/ready']) {
      const { status, text } = await get(path);
      expect(status).toBe(404);
      expect(text).not.toMatch(/topics|reviews/);
    }
    expect((await get('/v2/models/x/ready', { authorization: 'Bearer kez' })).text).not.toMatch(/"x"/);
    expect((await get('/v2/models/x/ready', { authorization: 'Bearer key' })).text).toContain('\\"x\\"');
    expect((await one.get('/v2/models/x/ready')).text).toContain('\\"x\\"'); // there are no keys
  });

  test('a browser is asked for a password, which is a key, and shows the docs', async () => {
    const { get } = await start([{}], { apiKeys: ['other', 'päss:word'] });
    const html = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const { status, headers } = await get('/docs', { accept: html });
    expect({ status, challenge: headers.get('www-authenticate') }).toEqual({
      status: 401,
      challenge: 'Basic realm="length-adaptive"',
    });
    const basic = (password: string): { authorization: string; accept: string } => ({
      authorization: `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`,
      accept: html,
    });
    for (const path of ['/docs', '/docs/static/swagger-ui.css', '/docs/json']) {
      expect((await get(path, basic('päss:word'))).status).toBe(200);
      expect((await get(path, basic('wrong'))).status).toBe(401);
    }
    for (const path of ['/metrics', '/v1/models', '/openapi.json', '/docsy'])
      expect((await get(path, basic('other'))).status).toBe(401);
  });
});

test.each([
  ['/v1/rerank', { documents: ['good', 'bad'], deadline_ms: 60_000, timeout_ms: 300 }],
  ['/rerank', { texts: ['good', 'bad'], parameters: { deadline_ms: 60_000, timeout_ms: 300 } }],
])('a ranking with a deadline and a shorter timeout is answered within the timeout: %s', async (path, body) => {
  const { post, service } = await start([{ task: 'rerank' }]);
  expect((await post(path, { query: 'good', ...body })).status).toBe(200);
  expect(service.requests.length).toBeGreaterThan(0);
  for (const { timeoutMs = Infinity } of service.requests) expect(timeoutMs).toBeLessThanOrEqual(300);
});

test('a priority below the least is refused', async () => {
  const { post } = await start([{}], { minPriority: -2 });
  expect((await post('/v1/classify', { text: 'a', priority: -2 })).status).toBe(200);
  expect(await post('/v1/classify', { text: 'a', priority: -3 })).toMatchObject({
    status: 400,
    json: { code: 'REQUEST_INVALID', error: 'priority is -3; this server takes -2 and above.' },
  });
  expect((await one.post('/v1/classify', { text: 'a', priority: -1000 })).status).toBe(200);
});

describe('pages of other origins', () => {
  test('may call where their origin is listed', async () => {
    const { url } = await start([{}], { corsOrigins: ['https://a.example'], apiKeys: ['key'] });
    const preflight = (origin: string) =>
      send(`${url}/v1/classify`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
    const allowed = await preflight('https://a.example');
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-allow-methods': 'GET, POST',
    });
    expect((await preflight('https://b.example')).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await send(`${url}/v1/classify`, {
      method: 'POST',
      headers: { ...json, origin: 'https://a.example', authorization: 'Bearer key' },
      body: '{"text":"a"}',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-length-config');
  });

  test('may not where none is, and all may where * is', async () => {
    expect(
      (await one.get('/v2', { origin: 'https://a.example' })).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const { get } = await start([{}], { corsOrigins: ['*'] });
    expect((await get('/v2', { origin: 'https://a.example' })).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('slow clients', () => {
  let slow: StartedApp;
  beforeAll(async () => {
    slow = await start([{}], { headersTimeoutMs: 300, requestTimeoutMs: 600, connectionTimeoutMs: 2000 });
  });

  /** What came until the server hung up. */
  const drip = (first: string, more: string): Promise<string> =>
    new Promise((resolve) => {
      let received = '';
      const socket = connect(slow.port, '127.0.0.1', () => socket.write(first));
      const timer = setInterval(() => socket.write(more), 50);
      socket.setEncoding('utf8').on('data', (text: string) => (received += text));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearInterval(timer);
        resolve(received);
      });
    });

  test('have the time that they are given', () => {
    const { headersTimeout, requestTimeout, timeout } = slow.app.server;
    expect({ headersTimeout, requestTimeout, timeout }).toEqual({
      headersTimeout: 300,
      requestTimeout: 600,
      timeout: 2000,
    });
  });

  test.each([
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 'a: b\r\n'],
    [
      'a body that never ends',
      'POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n',
      ' ',
    ],
    ['a request that never begins', '', ''],
  ])('%s', async (_, first, more) => {
    expect(await drip(first, more)).toMatch(/^HTTP\/1.1 408 /);
    expect((await slow.post('/v1/classify', { text: 'good' })).status).toBe(200);
  });
});
