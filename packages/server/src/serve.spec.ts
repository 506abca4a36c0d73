import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@length-adaptive/tools/testing/until';
import { serve, serveService, type ServeOptions } from './serve.js';
import { fakeService, type FakeService } from './testing/fake-service.js';
import { grpcClient } from './testing/grpc-client.js';
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

test('a service whose server cannot be made of its options is closed', async () => {
  let closed = 0;
  const service = { ...fakeService(), close: async () => void (closed += 1) };
  await expect(serveService(service, { port: 0, bodyLimit: -1 })).rejects.toThrow('bodyLimit');
  expect(closed).toBe(1);
});

test('a port that is taken is found before a model is looked for', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await until(() => other.listening);
  const { port } = other.address() as AddressInfo;
  await expect(serve({ models: '/there/is/nothing', port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
  await expect(serve({ models: '/there/is/nothing', port: 0, grpcPort: port })).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await expect(serve({ models: '/there/is/nothing', port: 0 })).rejects.toMatchObject({ code: 'REPOSITORY_INVALID' });
  other.close();
});

test('for the drain delay it is not ready and takes requests, and hangs up on who asked', async () => {
  const { server, service, classify, get } = await start(fakeService(), { drainDelayMs: 500 });
  const release = service.hold();
  const closing = server.close();
  expect((await get('/v2/health/ready')).status).toBe(503);
  const accepted = classify();
  await until(() => service.waiting() === 1);
  release();
  const { status, headers } = await accepted;
  expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' });
  expect((await classify()).status).toBe(200);
  await closing;
  await expect(get('/v2/health/live')).rejects.toThrow('fetch failed');
});

test('nobody who comes while it drains is cut off: each is answered, or refused with 503, until they stop coming', async () => {
  const { server, service, classify } = await start();
  const release = service.hold();
  const accepted = Array.from({ length: 5 }, classify);
  await until(() => service.waiting() === 5);
  const closing = server.close();
  const refused: unknown[] = [];
  let going = true;
  const client = async (): Promise<void> => {
    while (going) {
      refused.push(await classify().then(({ status }) => status, String));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const clients = Array.from({ length: 4 }, client);
  await until(() => refused.length > 50);
  release();
  expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual(accepted.map(() => 200));
  const before = refused.length;
  await until(() => refused.length > before + 100);
  going = false;
  await Promise.all(clients);
  await closing;
  expect(new Set(refused)).toEqual(new Set([503]));
});

describe('a Unix socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-socket-'));
  const socket = join(folder, 'server.sock');
  afterAll(() => rmSync(folder, { recursive: true }));
  const ready = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ socketPath: socket, path: '/v2/health/ready', agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  test('is listened at, and gone afterwards', async () => {
    const { server } = await start(fakeService(), { socket });
    expect(server.url).toBe(`unix:${socket}`);
    expect(await ready()).toBe(200);
    await expect(serve({ models: '/there/is/nothing', socket })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(socket),
    });
    expect(await ready()).toBe(200);
    await server.close();
    await expect(ready()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('beside it gRPC at an address that others reach lets nobody load and unload', async () => {
    for (const [host, code] of [
      ['0.0.0.0', 7],
      ['127.0.0.1', 5],
    ] as const) {
      const { server } = await start(fakeService(), { socket, host, grpcPort: 0 });
      const { call, close } = grpcClient(String(server.grpcAddress).replace('0.0.0.0', '127.0.0.1'));
      await expect(call('RepositoryModelUnload', { model_name: 'nobody' })).rejects.toMatchObject({ code });
      close();
      await server.close();
    }
  });

  test('that a killed server left behind is taken over; what is no socket is not', async () => {
    const left = createSocketServer().listen(socket);
    await until(() => left.listening);
    renameSync(socket, `${socket}.left`);
    left.close();
    await until(() => !left.listening);
    renameSync(`${socket}.left`, socket);
    await expect(serve({ models: '/there/is/nothing', socket })).rejects.toMatchObject({ code: 'REPOSITORY_INVALID' });
    writeFileSync(socket, 'of somebody');
    await expect(serve({ models: '/there/is/nothing', socket })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    expect(readFileSync(socket, 'utf8')).toBe('of somebody');
  });
});
