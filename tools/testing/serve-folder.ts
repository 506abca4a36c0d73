import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createGzip } from 'node:zlib';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** What a host compresses; weights it leaves alone, so that a browser sees their length. */
const compressed = ['.css', '.html', '.js', '.mjs', '.json', '.svg', '.wasm'];

export interface FolderServer {
  readonly url: string;
  /** Bytes of bodies sent so far, by the path that was asked for. */
  readonly sent: Map<string, number>;
  close(): Promise<void>;
}

/** The file that an address means: itself, with `.html`, or the `index.html` of the folder. */
const findFile = (folder: string, address: string): string | undefined => {
  const inside = path.join(folder, path.normalize(decodeURIComponent(address)));
  const candidates = [inside, `${inside}.html`, path.join(inside, 'index.html')];
  return candidates.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
};

/**
 * Serves files as a static host does: types, gzip, 404.
 *
 * @param folders the folder of each path prefix, `/` for the rest; the longest prefix wins
 */
export const serveFolder = async (
  folders: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<FolderServer> => {
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const sent = new Map<string, number>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const prefix = prefixes.find((own) => pathname.startsWith(own));
    const file = prefix === undefined ? undefined : findFile(folders[prefix] as string, pathname.slice(prefix.length));
    if (file === undefined)
      return void response
        .writeHead(404, { 'content-type': 'text/plain' })
        .end(request.method === 'HEAD' ? undefined : 'Not found');
    const extension = path.extname(file);
    const zip = compressed.includes(extension) && /\bgzip\b/.test(String(request.headers['accept-encoding']));
    const length = zip ? { 'content-encoding': 'gzip' } : { 'content-length': statSync(file).size };
    response.writeHead(200, { 'content-type': types[extension] ?? 'application/octet-stream', ...length, ...headers });
    if (request.method === 'HEAD') return void response.end();
    const bytes = createReadStream(file);
    const body = zip ? bytes.pipe(createGzip()) : bytes;
    body.on('data', (chunk: Uint8Array) => sent.set(pathname, (sent.get(pathname) ?? 0) + chunk.length));
    body.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
