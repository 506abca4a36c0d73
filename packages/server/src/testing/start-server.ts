import { join } from 'node:path';
import type { TestProcess } from '@length-adaptive/tools/testing/start-process';
import { startProcess } from '@length-adaptive/tools/testing/start-process';

/** A server that runs as a process of its own. */
export interface TestServer {
  readonly process: TestProcess;
  readonly url: string;
  get(path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** Sends JSON. */
  post(
    path: string,
    body: unknown,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }>;
}

const bin = join(__dirname, '../bin.ts');

/** A machine that is slow or busy must not make a request shorter, refused or cut off: a test that wants that says so itself. */
const patient = ['--target-delay-ms', '60000', '--max-queue-ms', '60000', '--grace-ms', '60000'];

const started: TestProcess[] = [];
// A test that failed leaves its server behind, and jest would wait for it.
afterAll(() => {
  for (const { child } of started) child.kill('SIGKILL');
});

/** Starts a server on a free port, and waits until it listens. */
export const startServer = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<TestServer> => {
  const child = startProcess(bin, {
    args: ['--port', '0', '--log-level', 'error', '--threads', '1', ...patient, ...args],
    env,
  });
  started.push(child);
  await child.has('listens on ');
  const url = /listens on (\S+)/.exec(child.printed())?.[1] ?? '';
  const send: TestServer['post'] = async (path, body, init = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  return {
    process: child,
    url,
    get: async (path) => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    post: send,
  };
};
