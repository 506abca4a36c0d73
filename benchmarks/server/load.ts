/** Load on a server: closed loops find its capacity, an open loop shows what happens beyond it. */
import { Agent, request } from 'node:http';

/** What came of one request. */
export interface Answered {
  /** HTTP status; 0 for no answer before the time was over. */
  readonly status: number;
  /** Milliseconds from when it was due, so that a late client does not flatter the server. */
  readonly milliseconds: number;
  readonly body: string;
}

export interface Client {
  send(body: unknown, due?: number): Promise<Answered>;
  close(): void;
}

/** A client that keeps its connections. */
export const createClient = (url: string, path: string, timeoutMs: number): Client => {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const { hostname, port } = new URL(url);
  const send: Client['send'] = (body, due = performance.now()) =>
    new Promise((resolve) => {
      const text = JSON.stringify(body);
      const end = (status: number, answer: string): void =>
        resolve({ status, milliseconds: performance.now() - due, body: answer });
      const sent = request(
        {
          agent,
          hostname,
          port,
          path,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
          timeout: timeoutMs,
        },
        (response) => {
          let answer = '';
          response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
          response.on('end', () => end(response.statusCode ?? 0, answer));
          response.on('error', () => end(0, answer));
        },
      );
      sent.on('timeout', () => sent.destroy());
      sent.on('error', () => end(0, ''));
      sent.end(text);
    });
  return { send, close: () => agent.destroy() };
};

/** So many requests at a time for so long. @returns answers a second */
export const capacity = async (
  { send }: Client,
  bodyOf: (i: number) => unknown,
  { concurrency, seconds }: { readonly concurrency: number; readonly seconds: number },
): Promise<number> => {
  const start = performance.now();
  let sent = 0;
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - start < 1000 * seconds) {
      const { status, body } = await send(bodyOf(sent++));
      if (status !== 200) throw new Error(`capacity: status ${status}: ${body}`);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return (1000 * done) / (performance.now() - start);
};

/** Requests at a fixed rate, whatever the server does. */
export const openLoop = async (
  { send }: Client,
  bodyOf: (i: number) => unknown,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Answered[]> => {
  const start = performance.now();
  const answers: Promise<Answered>[] = [];
  const total = Math.round(perSecond * seconds);
  while (answers.length < total) {
    const due = start + (1000 * answers.length) / perSecond;
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    answers.push(send(bodyOf(answers.length), due));
  }
  return Promise.all(answers);
};
