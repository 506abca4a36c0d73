import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './free-port.js';
import { programEnv } from './program-missing.js';

/** A Redis of one test file, on a loopback port that was free. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Ends it: SIGTERM lets it write everything down, SIGKILL does not. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it again, on the same port, with what its append-only file holds. */
  start(): Promise<void>;
}

/**
 * Starts a Redis that writes every command down, in a folder of the caller's.
 *
 * @throws Error with what it printed where it does not start
 */
export const startRedis = async (folder: string): Promise<RedisServer> => {
  const port = await freePort();
  const persistence = ['--dir', folder, '--appendonly', 'yes', '--save', ''];
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction', ...persistence];
    const started = spawn('redis-server', options, { env: programEnv() });
    server = started;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (text) => {
        printed += String(text);
        if (printed.includes('Ready to accept connections')) resolve();
      });
      started.on('error', reject);
      started.on('exit', () => reject(new Error(`redis-server ended: ${printed}`)));
    });
  };
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  await start();
  return { port, url: `redis://127.0.0.1:${port}`, start, stop };
};
