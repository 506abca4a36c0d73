import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** An app that listens on a free port. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** An answer, its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, where it is JSON. */
  readonly json: unknown;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One request over a real socket. */
export const send = async (url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
};

/** Asks what listens at an address. */
export const clientOf = (url: string): Listening => ({
  url,
  port: Number(new URL(url).port),
  get: (path, headers = {}) => send(`${url}${path}`, { headers }),
  post: (path, body, headers = {}) =>
    send(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
});

export const listen = async (app: FastifyInstance): Promise<Listening> =>
  clientOf(await app.listen({ port: 0, host: '127.0.0.1' }));

/** Bytes as they are, over a socket of their own -> what came until it was closed. */
export const sendRaw = (port: number, bytes: string | readonly string[], milliseconds = 30_000): Promise<string> =>
  new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of [bytes].flat()) socket.write(part);
    });
    const timer = setTimeout(() => socket.destroy(), milliseconds);
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
