import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { programEnv } from '@length-adaptive/tools/testing/program-missing';

const published = join(__dirname, '../../deploy/nginx.conf');

/** What nginx writes while it works: it would choose folders of the system. */
const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
  (kind) => `${kind}_temp_path temp-${kind};`,
);

/** The published configuration, with other replicas, another port, and temporary files beside it. */
const renderNginxConf = (replicas: readonly number[], port: number): string => {
  const text = readFileSync(published, 'utf8');
  const [, options] = /^ +server replica-1:\d+ (.*;)$/m.exec(text) ?? [];
  if (options === undefined) throw new Error('deploy/nginx.conf has no line `server replica-1:PORT ...;`');
  const servers = replicas.map((replica) => `    server 127.0.0.1:${replica} ${options}\n`).join('');
  return text
    .replace(/(^ +server replica-.*\n)+/m, servers)
    .replace(/listen \d+;/, `listen 127.0.0.1:${port};`)
    .replace('http {\n', `http {\n  ${temporaryPaths.join('\n  ')}\n`);
};

/** An nginx before some replicas. */
export interface Nginx {
  readonly url: string;
  /** What it wrote about replicas that failed. */
  errors(): string;
  stop(): Promise<void>;
}

/**
 * Starts nginx as a plain program, with the published configuration, before servers on these loopback ports.
 *
 * @throws Error with what it printed where it does not start
 */
export const startNginx = async (replicas: readonly number[], attempts = 5): Promise<Nginx> => {
  const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-nginx-'));
  chmodSync(folder, 0o711); // started by root, its workers are somebody else
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), renderNginxConf(replicas, port));
  const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log', '-g', 'daemon off; pid nginx.pid;'];
  const nginx = spawn('nginx', args, { env: programEnv(), stdio: 'ignore' });
  const exited = once(nginx, 'exit');
  const errors = (): string =>
    existsSync(join(folder, 'error.log')) ? readFileSync(join(folder, 'error.log'), 'utf8') : '';
  const stop = async (): Promise<void> => {
    nginx.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true });
  };
  // The master writes its id once it listens.
  while (!existsSync(join(folder, 'nginx.pid'))) {
    if (nginx.exitCode !== null) {
      // Another test may have taken the port meanwhile.
      if (attempts > 1 && errors().includes('bind()')) return startNginx(replicas, attempts - 1);
      throw new Error(`nginx ended: ${errors()}`);
    }
    await sleep(10);
  }
  return { url: `http://127.0.0.1:${port}`, errors, stop };
};
