import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { load } from '../predictor/load.js';
import { startFileServer } from '../testing/file-server.js';
import type { FileServer } from '../testing/file-server.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { memorySource, tinyFiles } from '../testing/tiny-model.js';
import { openSource } from './open-source.js';
import { urlSource } from './url-source.js';

const folder = temporaryFolder();
const text = 'a very good phone';
const page = '<!DOCTYPE html>\n<html><head><title>App</title></head><body></body></html>\n';
const html = { 'content-type': 'text/html; charset=utf-8' };
let files: Record<string, Uint8Array | string>;
let server: FileServer;
let source: string;
let cacheFolder: string;
let caches = 0;
let label: string;

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  const { 'model.safetensors': weights, ...others } = await tinyFiles();
  files = { ...others, 'model.fp16.safetensors': weights as Uint8Array }; // the last name that is looked for
  const predictor = await load(memorySource(files));
  label = (await predictor.predict([text]))[0]?.label ?? '';
  predictor.dispose();
});
beforeEach(async () => {
  cacheFolder = join(folder, String((caches += 1)));
  server = await startFileServer(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`m/${name}`, content])),
  );
  source = `${server.url}/m`;
});
afterEach(() => server.close());

const fileOf = ({ url = '' }: IncomingMessage): Uint8Array | string | undefined => files[url.slice('/m/'.length)];
const options = () => ({ cacheFolder, retries: 1, retryDelayMs: 1 });

/** Every file that is kept, by its name; markers of absent files left out. */
const keptFiles = (at = cacheFolder): Record<string, Buffer> =>
  Object.assign(
    {},
    ...readdirSync(at).map((name) =>
      statSync(join(at, name)).isDirectory()
        ? keptFiles(join(at, name))
        : name.endsWith('.absent')
          ? {}
          : { [name]: readFileSync(join(at, name)) },
    ),
  ) as Record<string, Buffer>;

const opensAndAnswers = async (): Promise<void> => {
  const predictor = await load(source, options());
  expect((await predictor.predict([text]))[0]?.label).toBe(label);
  predictor.dispose();
};

const absent: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
  '404': (_, response) => response.writeHead(404).end('Not found'),
  '410': (_, response) => response.writeHead(410).end(),
  '403 as object storage without the right to list': (_, response) =>
    response
      .writeHead(403, { 'content-type': 'application/xml' })
      .end('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
  '401': (_, response) => response.writeHead(401).end(),
  '204': (_, response) => response.writeHead(204).end(),
  'its page, as a development server': (_, response) =>
    response.writeHead(200, { ...html, 'content-length': page.length }).end(page),
  'its page without a type': (_, response) => response.writeHead(200).end(page),
  'a page after a byte order mark and blank lines': (_, response) =>
    response.writeHead(200, html).end(`\ufeff\n\n  ${page}`),
  'a page of words': (_, response) => response.writeHead(200, html).end('Sorry, we cannot find that.\n'),
  'an error in XML with status 200': (_, response) =>
    response.writeHead(200, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>'),
  'a redirect to its login page': (request, response) =>
    request.url === '/login'
      ? response.writeHead(200, html).end(page)
      : response.writeHead(302, { location: '/login' }).end(),
  'nothing, with status 200': (_, response) => response.writeHead(200, { 'content-length': 0 }).end(),
  '200 to HEAD, 404 to GET': ({ method }, response) => response.writeHead(method === 'HEAD' ? 200 : 404).end(),
};

describe.each(Object.entries(absent))('a host that answers for absent files: %s', (_, answer) => {
  test.each(['HEAD as GET', 'HEAD not allowed', 'HEAD denied'])(
    'opens, keeps nothing but files, and opens again without a network (%s)',
    async (head) => {
      server.intercept = (request, response) => {
        if (head !== 'HEAD as GET' && request.method === 'HEAD')
          return (response.writeHead(head === 'HEAD denied' ? 403 : 405).end(), true);
        return fileOf(request) === undefined && (answer(request, response), true);
      };
      await opensAndAnswers();
      const kept = keptFiles();
      expect(Object.keys(kept).sort()).toEqual(Object.keys(files).sort());
      for (const [name, content] of Object.entries(files)) expect(kept[name]?.equals(Buffer.from(content))).toBe(true);
      await server.close();
      await opensAndAnswers();
    },
  );
});

describe('what is needed is refused by name', () => {
  const without = (name: string, answer: (response: ServerResponse) => unknown): void => {
    server.intercept = (request, response) =>
      (fileOf(request) === undefined || request.url === `/m/${name}`) && (answer(response), true);
  };

  test.each(['config.json', 'vocab.txt', 'model.fp16.safetensors'])(
    '%s that is denied: ACCESS_DENIED',
    async (name) => {
      without(name, (response) => response.writeHead(403).end());
      await expect(load(source, options())).rejects.toMatchObject({
        code: 'ACCESS_DENIED',
        message: expect.stringContaining('answered 403'),
      });
    },
  );

  test('config.json that is a page: the host answered with a page', async () => {
    without('config.json', (response) => response.writeHead(200, html).end(page));
    await expect(load(source, options())).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(
        /config\.json answered with a page \(text\/html; charset=utf-8\) in place of the file/,
      ),
    });
    expect(keptFiles()).not.toHaveProperty(['config.json']);
  });

  test('a redirect names where it led', async () => {
    server.intercept = ({ url }, response) => (
      url === '/m/config.json'
        ? response.writeHead(302, { location: '/login?next=secret' })
        : response.writeHead(200, html).write(page),
      response.end(),
      true
    );
    const refused = urlSource(source, options()).read('config.json');
    await expect(refused).rejects.toThrow(`redirected to ${server.url}/login:`);
    await expect(refused).rejects.not.toThrow('secret');
  });
});

describe('what was kept before it was checked', () => {
  /** Puts bytes where a file is kept. */
  const spoil = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await opensAndAnswers();
    const at =
      readdirSync(cacheFolder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(name)) ?? '';
    writeFileSync(join(cacheFolder, at), bytes);
    return join(cacheFolder, at);
  };

  test.each([
    ['config.json', 'a page', () => page],
    ['config.json', 'its first half', () => String(files['config.json']).slice(0, 40)],
    ['vocab.txt', 'a page', () => page],
    ['model.fp16.safetensors', 'a page', () => page],
    [
      'model.fp16.safetensors',
      'all but its last byte',
      () => (files['model.fp16.safetensors'] as Uint8Array).subarray(0, -1),
    ],
    ['config.json', 'nothing', () => ''],
  ])('%s as %s is fetched again, and kept as it is', async (name, _, bytes) => {
    const at = await spoil(name, bytes());
    await opensAndAnswers();
    expect(readFileSync(at).equals(Buffer.from(files[name] ?? ''))).toBe(true);
  });

  test('a page is no file, even without a network', async () => {
    await spoil('config.json', page);
    await server.close();
    await expect(load(source, options())).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a file that was published later is there, and stays so without a network', async () => {
    const own = urlSource(source, options());
    await expect(own.read('late.json')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await own.exists('late.json')).toBe(false);
    server.intercept = ({ url }, response) =>
      url === '/m/late.json' && (response.writeHead(200, { 'content-length': 2 }).end('{}'), true);
    expect(await own.exists('late.json')).toBe(true);
    await server.close();
    await expect(own.read('late.json')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' }); // not "does not exist"
  });
});

describe('what is broken goes to its reader and is not kept', () => {
  test.each([
    ['config.json', '{"model_type": "bert"', 'FILE_INVALID'],
    ['model.fp16.safetensors', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', 'FILE_INVALID'],
  ])('%s: %j', async (name, content, code) => {
    server.intercept = ({ url }, response) =>
      url === `/m/${name}` && (response.writeHead(200, { 'content-length': content.length }).end(content), true);
    await expect(load(source, options())).rejects.toMatchObject({ code });
    expect(existsSync(cacheFolder) ? keptFiles() : {}).not.toHaveProperty([name]);
    server.intercept = () => false;
    await opensAndAnswers();
  });
});

describe('how bytes travel', () => {
  const send = (write: (response: ServerResponse, body: Buffer, request: IncomingMessage) => void): void => {
    server.intercept = (request, response) => {
      const body = fileOf(request);
      if (body === undefined) return false;
      write(response, Buffer.from(body), request);
      return true;
    };
  };
  const finish = (response: ServerResponse, { method }: IncomingMessage, body: Buffer): unknown =>
    response.end(method === 'HEAD' ? undefined : body);

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('%s, with the length of the compressed bytes', async (encoding, compress) => {
    send((response, body, request) => {
      const packed = compress(body);
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': packed.length });
      finish(response, request, packed);
    });
    await opensAndAnswers();
    expect(keptFiles()['config.json']?.toString()).toBe(files['config.json']);
  });

  test('gzip of which the page is not told, as browsers do not for other origins', async () => {
    send((response, body, request) => {
      const packed = gzipSync(body);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      finish(response, request, packed);
    });
    const told = globalThis.fetch;
    globalThis.fetch = async (...request) => {
      const response = await told(...request);
      const headers = new Headers(response.headers);
      headers.delete('content-encoding');
      return new Response(response.body, { status: response.status, headers });
    };
    try {
      const shares: number[] = [];
      const predictor = await load(source, {
        ...options(),
        onProgress: ({ share }) => share !== undefined && shares.push(share),
      });
      expect((await predictor.predict([text]))[0]?.label).toBe(label);
      expect(shares.every((share) => share <= 1)).toBe(true);
      predictor.dispose();
    } finally {
      globalThis.fetch = told;
    }
  });

  test('in chunks, without a length', async () => {
    send((response, body, request) => {
      response.writeHead(200);
      if (request.method !== 'HEAD')
        for (let at = 0; at < body.length; at += 4096) response.write(body.subarray(at, at + 4096));
      response.end();
    });
    await opensAndAnswers();
  });

  test('cut off: fetched again, and nothing of the first part is kept', async () => {
    const cut = new Set<string>();
    send((response, body, request) => {
      const { url = '', method } = request;
      const first = method === 'GET' && !cut.has(url);
      response.writeHead(200, { 'content-length': body.length });
      if (!first) return finish(response, request, body);
      cut.add(url);
      return response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    });
    await opensAndAnswers();
    expect(cut.size).toBe(Object.keys(files).length);
  });

  test('a whole file behind a redirect, from a folder elsewhere', async () => {
    const elsewhere = await startFileServer(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [`m/${name}`, content])),
    );
    server.intercept = ({ url }, response) => (
      response.writeHead(307, { location: `${elsewhere.url}${url}` }).end(),
      true
    );
    await opensAndAnswers();
    await elsewhere.close();
  });
});

test('a host that asks to come later is asked again; one that asks for too much is not', async () => {
  let answers = 0;
  server.intercept = (_, response) => answers++ === 0 && (response.writeHead(429, { 'retry-after': '0' }).end(), true);
  await urlSource(source, options()).read('config.json');
  expect(server.requests).toHaveLength(2);
  server.intercept = (_, response) => (response.writeHead(429, { 'retry-after': '7200' }).end(), true);
  await expect(urlSource(source, options()).read('vocab.txt')).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('come again in 7200 s'),
  });
  expect(server.requests).toHaveLength(3);
});

test('addresses of the Hub as a browser shows them', async () => {
  process.env['HF_ENDPOINT'] = server.url;
  try {
    for (const [path, name] of [
      ['me/tiny/', 'me/tiny'],
      ['me/tiny/tree/main', 'me/tiny@main'],
      ['me/tiny/resolve/refs%2Fpr%2F1/', 'me/tiny@refs/pr/1'],
      ['me/tiny/resolve/main/onnx', `${server.url}/me/tiny/resolve/main/onnx`],
    ]) {
      expect((await openSource(`${server.url}/${path}`)).name).toBe(name);
    }
  } finally {
    delete process.env['HF_ENDPOINT'];
  }
});

test('a snapshot of the Hugging Face cache, whose files are links into another folder, opens', async () => {
  const root = join(folder, 'models--me--tiny');
  const snapshot = join(root, 'snapshots', 'abc');
  for (const path of [snapshot, join(root, 'blobs')]) mkdirSync(path, { recursive: true });
  Object.entries(files).forEach(([name, content], i) => {
    writeFileSync(join(root, 'blobs', String(i)), content);
    symlinkSync(join('..', '..', 'blobs', String(i)), join(snapshot, name));
  });
  const predictor = await load(snapshot);
  expect((await predictor.predict([text]))[0]?.label).toBe(label);
  predictor.dispose();
});
