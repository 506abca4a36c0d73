import { connect, type Socket } from 'node:net';
import { until } from '@length-adaptive/tools/testing/until';
import { appStarter } from '../testing/start-app.js';

const start = appStarter();

const body = JSON.stringify({ text: 'good' });
const request = `POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const open = (port: number, bytes: string): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => resolve(socket)));
    socket.on('error', () => undefined);
  });

const counted = async (get: (path: string) => Promise<{ text: string }>, name: string): Promise<number> => {
  const lines = (await get('/metrics')).text.split('\n').filter((line) => line.startsWith(`length_adaptive_${name}`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

test('a hundred clients that hang up leave nothing behind', async () => {
  const { port, service, get, post } = await start([{}], { maxConcurrentRequests: 100 });
  const release = service.hold();
  const sockets = await Promise.all(Array.from({ length: 100 }, () => open(port, request)));
  await until(() => service.waiting() === 100);
  expect(await post('/v1/classify', { text: 'a' })).toMatchObject({ status: 429, json: { code: 'OVERLOADED' } });
  for (const socket of sockets) socket.destroy();
  await until(() => service.waiting() === 0);
  expect(service.requests.every(({ signal }) => signal?.aborted)).toBe(true);
  release();
  expect((await post('/v1/classify', { text: 'good' })).status).toBe(200);
  expect(await counted(get, 'requests_total{model="reviews",version="1",route="/v1/classify",code="ABANDONED"}')).toBe(
    100,
  );
  expect(await counted(get, 'abandoned_total')).toBe(100);
});

test('requests that were sent ahead on one connection go with it', async () => {
  const { port, service } = await start([{}]);
  service.hold();
  const socket = await open(port, request.repeat(3));
  await until(() => service.waiting() === 3);
  socket.destroy();
  await until(() => service.waiting() === 0);
});

test('an answer does not abort anything', async () => {
  const { service, post } = await start();
  await post('/v1/classify', { text: 'good' });
  await post('/v1/classify', { text: 'good' });
  expect(service.requests.map(({ signal }) => signal?.aborted)).toEqual([false, false]);
});

test('one limit for requests of one text and of many, of every protocol; it refuses at once and takes requests again', async () => {
  const { service, get, post } = await start([{}], { maxConcurrentRequests: 2 });
  const release = service.hold();
  const held = [post('/v1/classify', { text: 'good' }), post('/v1/classify', { texts: ['good', 'bad'] })];
  await until(() => service.waiting() === 2);
  for (const [path, sent, error] of [
    ['/v1/classify', { text: 'a' }, { code: 'OVERLOADED' }],
    ['/v1/classify', { texts: ['a', 'b'] }, { code: 'OVERLOADED' }],
    ['/predict', { inputs: [['a'], ['b']] }, { error_type: 'Overloaded' }],
    ['/v2/models/reviews/infer', { inputs: [] }, { code: 'OVERLOADED' }],
  ] as const) {
    const { status, json, headers } = await post(path, sent);
    expect({ status, json, retry: headers.get('retry-after') }).toEqual({
      status: 429,
      json: expect.objectContaining(error),
      retry: '1',
    });
  }
  expect((await get('/v2/health/ready')).status).toBe(200);
  release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await post('/v1/classify', { text: 'good' })).status).toBe(200);
  expect(await counted(get, 'refused_total')).toBe(4);
});

test('counters say what clients saw', async () => {
  const { get, post } = await start();
  const tally = new Map<string, number>();
  const sent = [
    { text: 'good' },
    { text: 'good', budget_cost: 0.1 },
    { text: '' },
    { texts: ['a', 'b'] },
    { wrong: 1 },
    { text: 'a', model: 'b' },
  ];
  await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const { json } = await post('/v1/classify', sent[i % sent.length]);
      const code = (json as { code?: string }).code ?? 'OK';
      tally.set(code, (tally.get(code) ?? 0) + 1);
    }),
  );
  expect(Object.fromEntries(tally)).toEqual({
    OK: 20,
    BUDGET_INFEASIBLE: 10,
    TEXT_EMPTY: 10,
    REQUEST_INVALID: 10,
    MODEL_NOT_FOUND: 10,
  });
  for (const [code, count] of tally) {
    const model = ['OK', 'BUDGET_INFEASIBLE', 'TEXT_EMPTY'].includes(code)
      ? 'model="reviews",version="1"'
      : 'model="",version=""';
    expect(await counted(get, `requests_total{${model},route="/v1/classify",code="${code}"}`)).toBe(count);
  }
  expect(await counted(get, 'infeasible_total')).toBe(10);
  expect(await counted(get, 'degraded_total')).toBe(10);
  expect(await counted(get, 'texts_total')).toBe(30);
  expect(await counted(get, 'cost_count')).toBe(20);
});

test('clients that leave before they are let in do not count against the limit', async () => {
  const { app, port, post } = await start([{}], { maxConcurrentRequests: 1, apiKeys: ['key'] });
  let gone = 0;
  app.server.on('connection', (socket) => socket.on('close', () => (gone += 1)));
  const own = request.replace('Host: x', 'Host: x\r\nAuthorization: Bearer key');
  for (let i = 0; i < 30; i++) {
    const socket = await open(port, i % 2 === 0 ? own : own.slice(0, -5));
    if (i % 3 !== 0) await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
  }
  await until(() => gone === 30);
  for (let i = 0; i < 3; i++)
    expect((await post('/v1/classify', { text: 'good' }, { authorization: 'Bearer key' })).status).toBe(200);
});
