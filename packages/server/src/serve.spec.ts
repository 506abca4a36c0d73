import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '@length-adaptive/tools/testing/until';
import { serveService, type ServeOptions } from './serve.js';
import { fakeService, type FakeService } from './testing/fake-service.js';
import { send, type Answer } from './testing/http-client.js';

const start = async (service: FakeService = fakeService(), options: Partial<ServeOptions> = {}) => {
  const server = await serveService(service, { port: 0, ...options });
  const classify = (): Promise<Answer> =>
    send(`${server.url}/v1/classify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"good"}',
    });
  return { server, service, classify, get: (path: string) => send(`${server.url}${path}`) };
};

test('at the end: not ready at once, nothing new, what was accepted is answered, then silence', async () => {
  const { server, service, classify, get } = await start();
  const release = service.hold();
  const accepted = Array.from({ length: 20 }, classify);
  await until(() => service.waiting() === 20);

  const closing = server.close();
  expect(await get('/v2/health/ready')).toMatchObject({ status: 503, json: { live: true, ready: false } });
  expect((await get('/v2/health/live')).status).toBe(200);
  const { status, json, headers } = await classify();
  expect({ status, json, connection: headers.get('connection'), retry: headers.get('retry-after') }).toEqual({
    status: 503,
    json: expect.objectContaining({ code: 'SHUTTING_DOWN' }),
    connection: 'close',
    retry: '2',
  });

  release();
  expect((await Promise.all(accepted)).map((answer) => answer.status)).toEqual(accepted.map(() => 200));
  await Promise.all([closing, server.closed, server.close()]);
  await expect(get('/v2/health/live')).rejects.toThrow('fetch failed');
});

test('who waits longer than the grace is cut off', async () => {
  const { server, service, classify } = await start(fakeService(), { graceMs: 100 });
  service.hold();
  const lost = classify().catch(() => 'lost');
  await until(() => service.waiting() === 1);
  await server.close();
  expect(await lost).toBe('lost');
});

test('a port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await until(() => other.listening);
  const { port } = other.address() as AddressInfo;
  await expect(start(fakeService(), { port })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await expect(start(fakeService(), { host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('192.0.2.1'),
  });
  other.close();
});
