import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { until } from '@length-adaptive/tools/testing/until';
import type { Consumer } from './consumer.js';

/** What the server did: its answer, all that it printed, and whether anybody still listens at the end. */
export interface Served {
  readonly answer: unknown;
  readonly printed: string;
  readonly stillThere: boolean;
}

/** Starts the server of a project by `npx`, asks it one thing, and ends it as a terminal ends what runs in it: with a signal for the whole process group. */
export const serveByNpx = async ({ folder }: Consumer, model: string, request: unknown): Promise<Served> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const ready = (): Promise<boolean> =>
    fetch(`${url}/v2/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  const args = ['length-adaptive-server', model, '--port', String(port), '--threads', '1'];
  const npx = spawn('npx', args, { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(npx, 'close'); // when the server, which writes there too, has ended
  const end = (signal: NodeJS.Signals): void => {
    if (npx.pid !== undefined && npx.stdout.readable) process.kill(-npx.pid, signal); // readable as long as one of the group is there
  };
  let printed = '';
  for (const stream of [npx.stdout, npx.stderr]) stream.on('data', (text) => (printed += String(text)));
  try {
    await until(() => {
      if (npx.exitCode !== null) throw new Error(`the server ended with ${npx.exitCode}: ${printed}`);
      return ready();
    });
    const response = await fetch(`${url}/v1/classify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const answer: unknown = await response.json();
    end('SIGTERM');
    await closed;
    return { answer, printed, stillThere: await ready() };
  } catch (error) {
    end('SIGKILL');
    throw error;
  }
};
