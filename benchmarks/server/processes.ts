/** Servers as processes of their own. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface RunningServer {
  readonly url: string;
  /** Resident memory in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

const start = async (args: readonly string[]): Promise<RunningServer> => {
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      printed += text.toString();
      const [, found] = /listens on (http\S+)/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`${args.join(' ')} ended: ${printed}`)));
  });
  return {
    url,
    memory: async () => {
      const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Number(kib) / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};

const bin = fileURLToPath(new URL('../../packages/server/dist/bin.js', import.meta.url));

/** Ours, on one thread. */
export const startOurs = (model: string, flags: readonly string[] = []): Promise<RunningServer> =>
  start([bin, model, '--port', '0', '--workers', '1', '--threads', '1', '--log-level', 'error', ...flags]);

/** fastify with transformers.js, on one thread. */
export const startTransformers = (entry: string, folder: string, model: string): Promise<RunningServer> =>
  start([fileURLToPath(new URL('./transformers-server.mjs', import.meta.url)), entry, folder, model, '1']);
