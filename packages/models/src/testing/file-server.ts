import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request; what it does not answer itself is served from the files. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface FileServer {
  readonly url: string;
  /** `GET /path` of every request so far. */
  readonly requests: string[];
  intercept: Interceptor;
  close(): Promise<void>;
}

/** A real HTTP server over files held in memory, by their path without the leading slash. */
export const startFileServer = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<FileServer> => {
  const state: { intercept: Interceptor } = { intercept: () => false };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (state.intercept(request, response)) return;
    const content = files[decodeURIComponent((request.url ?? '').slice(1).split('?')[0] ?? '')];
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': Buffer.byteLength(content) });
    response.end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    set intercept(interceptor: Interceptor) {
      state.intercept = interceptor;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
