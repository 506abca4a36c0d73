import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StatusBody } from '../http/status-body.js';

/** What `GET /v1/status` answers. */
export interface StatusAnswer {
  readonly version: string;
  readonly uptime_seconds: number;
  readonly ready: boolean;
  readonly models: readonly StatusBody[];
}

/** What the pretended server says next. */
export interface StatusScript {
  readonly page: string;
  readonly policy: string;
  /** The answer after so many seconds: it gives one a second, by its own clock. */
  answer(second: number): Omit<StatusAnswer, 'uptime_seconds'>;
  /** If given, only who brings it is answered. */
  key?: string | undefined;
}

/** Serves a status page, and a status that follows a script. */
export interface StatusServer {
  readonly url: string;
  /** Answers given. */
  answered(): number;
  stop(): Promise<void>;
}

/** Starts one on a loopback port: a free one, or one that it had before. */
export const startStatusServer = async (script: StatusScript, port = 0): Promise<StatusServer> => {
  let answered = 0;
  const server: Server = createServer((request, response) => {
    if (request.url === '/') {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': script.policy })
        .end(script.page);
    } else if (request.url !== '/v1/status') {
      response.writeHead(404).end();
    } else if (script.key !== undefined && request.headers.authorization !== `Bearer ${script.key}`) {
      response.writeHead(401).end();
    } else {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...script.answer(answered), uptime_seconds: answered }));
      answered++;
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answered: () => answered,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
