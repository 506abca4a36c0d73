import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { send } from '../testing/http-client.js';
import { appStarter, type StartedApp } from '../testing/start-app.js';

const start = appStarter();
let one: StartedApp;
beforeAll(async () => {
  one = await start([{}], { maxTextLength: 3_000_000 });
});

const json = { 'content-type': 'application/json' };

describe('a body that is refused', () => {
  /** A client that reads nothing until it has sent everything, as most do. */
  const sendAll = (port: number, head: string, body: Buffer, closesItsSide = true): Promise<string> =>
    new Promise((resolve, reject) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(head);
        socket.write(body);
        if (closesItsSide) socket.end();
      });
      socket.on('error', reject);
      socket.setEncoding('latin1').on('data', (text: string) => (received += text));
      socket.on('close', () => resolve(received));
    });
  const headOf = (path: string, length: number, more: readonly string[] = []): string =>
    [`POST ${path} HTTP/1.1`, 'Host: x', `Content-Length: ${length}`, ...more, '', ''].join('\r\n');

  test.each([
    ['too large by a little', '/v1/classify', ['Content-Type: application/json'], 2_200_000, 413],
    ['too large by far', '/v1/classify', ['Content-Type: application/json'], 20_000_000, 413],
    ['of a type that is not read', '/v1/classify', ['Content-Type: text/plain'], 5_000_000, 415],
    [
      'of an encoding that is not read',
      '/v1/classify',
      ['Content-Type: application/json', 'Content-Encoding: zstd'],
      5_000_000,
      415,
    ],
    ['for no address', '/v1/classifyy', ['Content-Type: application/json'], 5_000_000, 404],
    ['for another method', '/metrics', ['Content-Type: application/json'], 5_000_000, 405],
    ['nested too deep', '/v1/classify', ['Content-Type: application/json'], 2_000_000, 400],
  ])('%s is read to its end before the connection is closed', async (_, path, headers, bytes, status) => {
    const body = Buffer.alloc(bytes, '[');
    for (const connection of ['close', 'keep-alive', 'close', 'keep-alive']) {
      const head = headOf(path, bytes, [...headers, `Connection: ${connection}`]);
      expect(await sendAll(one.port, head, body)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });

  test('of somebody without a key too', async () => {
    const { port } = await start([{}], { apiKeys: ['key'] });
    const body = Buffer.alloc(5_000_000, ' ');
    for (const connection of ['close', 'keep-alive'])
      expect(await sendAll(port, headOf('/v1/classify', body.length, [`Connection: ${connection}`]), body)).toMatch(
        /^HTTP\/1.1 401 /,
      );
  });

  test('chunked, and the connection can be used again', async () => {
    const chunk = `ffff\r\n${'a'.repeat(0xffff)}\r\n`;
    const next = '{"text":"good"}';
    const head = ['POST /v1/classify HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
    const request = [
      [...head, 'Transfer-Encoding: chunked', '', ''].join('\r\n'),
      chunk.repeat(60),
      '0\r\n\r\n',
      [...head, `Content-Length: ${next.length}`, 'Connection: close', '', next].join('\r\n'),
    ].join('');
    const received = await sendAll(one.port, '', Buffer.from(request), false);
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  test('curl gets its 413 every time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-body-'));
    const file = join(folder, 'body.json');
    try {
      for (const bytes of [2_200_000, 20_000_000]) {
        writeFileSync(file, JSON.stringify({ text: 'a'.repeat(bytes) }));
        for (let i = 0; i < 4; i++) {
          const args = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'content-type: application/json'];
          const curl = spawn('curl', [...args, '--data-binary', `@${file}`, `${one.url}/v1/classify`]);
          let printed = '';
          for (const stream of [curl.stdout, curl.stderr]) stream.on('data', (text) => (printed += String(text)));
          await once(curl, 'close');
          expect(printed).toBe('413');
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('Content-Encoding', () => {
  const classify = (body: Uint8Array, coding: string) =>
    send(`${one.url}/v1/classify`, {
      method: 'POST',
      headers: { ...json, 'content-encoding': coding },
      body: Buffer.from(body),
    });
  const plain = Buffer.from(JSON.stringify({ text: 'good '.repeat(2000) }));

  test.each([
    ['gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['identity', plain],
  ])('%s is read', async (coding, body) => {
    expect(await classify(body, coding)).toMatchObject({ status: 200, json: { label: 'positive' } });
  });

  test.each(['zstd', 'compress', 'gzip, br', 'constructor'])('%s is not, and says what is', async (coding) => {
    const { status, json: body, headers } = await classify(plain, coding);
    expect({ status, body }).toEqual({
      status: 415,
      body: {
        code: 'MEDIA_TYPE_UNSUPPORTED',
        error: `The body has the Content-Encoding "${coding}"; expected none, or one of gzip, deflate, br.`,
      },
    });
    expect(headers.get('accept-encoding')).toBe('gzip, deflate, br');
  });

  test.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
  ])('what is not %s is told so, cut off or not', async (coding, packed) => {
    for (const body of [plain, packed.subarray(0, packed.length - 5)])
      expect(await classify(body, coding)).toMatchObject({
        status: 400,
        json: { code: 'REQUEST_INVALID', error: `The body is not ${coding}, as its Content-Encoding says.` },
      });
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('the limit is that of what %s unpacks to', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(300 * 2 ** 20, ' '));
    expect(bomb.length).toBeLessThan(400_000);
    const before = process.memoryUsage().rss;
    expect(await classify(bomb, coding)).toMatchObject({ status: 413, json: { code: 'BODY_TOO_LARGE' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
  });
});

test('brackets and many values are refused while they are read, and health answers meanwhile', async () => {
  const deep = '['.repeat(900_000) + ']'.repeat(900_000);
  const cases: readonly (readonly [string, number, string])[] = [
    [deep, 400, 'nests lists and objects more than 32 deep'],
    [`{"text":${deep}}`, 400, 'nests lists'],
    ['{"a":'.repeat(300_000), 400, 'nests lists'],
    [`{"texts":[${'"",'.repeat(600_000)}""]}`, 413, 'more than 262144 values'],
    [`{"texts":[${'[],'.repeat(600_000)}[]]}`, 413, 'more than 262144 values'],
  ];
  for (const [body, status, error] of cases)
    expect(await one.post('/v1/classify', body)).toMatchObject({
      status,
      json: { error: expect.stringContaining(error) },
    });
  expect((await one.post('/v1/classify', { text: '[[[{{{"'.repeat(100_000) })).status).toBe(200);

  let going = true;
  const clients = cases.slice(0, 2).map(async ([body]) => {
    while (going) await one.post('/v1/classify', body);
  });
  const milliseconds: number[] = [];
  for (let i = 0; i < 40; i++) {
    const begin = performance.now();
    expect((await one.get('/v2/health/live')).status).toBe(200);
    milliseconds.push(performance.now() - begin);
  }
  going = false;
  await Promise.all(clients);
  expect(milliseconds.sort((a, b) => a - b)[20]).toBeLessThan(100);
});
