import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describeWith } from './describe-with.js';
import { startNginx, type Nginx } from './nginx.js';

/** A replica: answers after a while with its process id and what it received; 503 to all where it drains. */
const source = `
  const http = require('node:http');
  let draining = false;
  const server = http.createServer((request, response) => {
    if (draining) return response.writeHead(503).end();
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => setTimeout(() => response.end(process.pid + ' ' + body), 5));
  });
  process.on('SIGUSR2', () => (draining = true));
  server.listen(0, '127.0.0.1', () => console.log(String(server.address().port)));
`;

interface Replica {
  readonly child: ChildProcess;
  readonly port: number;
}

const startReplica = async (): Promise<Replica> => {
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(String(line)) };
};

describeWith(['nginx'], 'deploy/nginx.conf', () => {
  let replicas: readonly Replica[] = [];
  let nginx: Nginx;

  beforeEach(async () => {
    replicas = await Promise.all([1, 2, 3].map(startReplica));
    nginx = await startNginx(replicas.map(({ port }) => port));
  });
  afterEach(async () => {
    for (const { child } of replicas) child.kill('SIGKILL');
    await nginx.stop();
  });

  const infer = async (
    text: string,
  ): Promise<{ readonly status: number; readonly by: string; readonly text: string }> => {
    const response = await fetch(`${nginx.url}/v2/models/any/infer`, { method: 'POST', body: text });
    const [by = '', ...rest] = (await response.text()).split(' ');
    return { status: response.status, by, text: rest.join(' ') };
  };
  /** So many requests from eight clients; something happens after the first third. */
  const load = async (count: number, meanwhile: () => void): Promise<readonly Awaited<ReturnType<typeof infer>>[]> => {
    let sent = 0;
    const client = async () => {
      const answers = [];
      while (sent < count) {
        const number = sent++;
        if (number === Math.floor(count / 3)) meanwhile();
        answers.push({ ...(await infer(`text ${number}`)), number });
      }
      return answers;
    };
    const answers = await Promise.all(Array.from({ length: 8 }, client));
    return answers.flat().sort((a, b) => a.number - b.number);
  };
  const pids = (): readonly string[] => replicas.map(({ child }) => String(child.pid));

  test('spreads requests over the replicas, and passes bodies on as they are', async () => {
    const answers = await load(60, () => undefined);
    expect(new Set(answers.map(({ by }) => by))).toEqual(new Set(pids()));
    const large = 'x'.repeat(1_500_000);
    expect((await infer(large)).text).toBe(large);
  });

  test('no request is lost when a replica is killed under load', async () => {
    const [victim, ...others] = replicas;
    const answers = await load(300, () => victim?.child.kill('SIGKILL'));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.map(({ text }) => text)).toEqual(answers.map((_, number) => `text ${number}`));
    expect(answers.some(({ by }) => by === String(victim?.child.pid))).toBe(true);
    expect(new Set(answers.slice(-100).map(({ by }) => by))).toEqual(
      new Set(others.map(({ child }) => String(child.pid))),
    );
    expect(nginx.errors()).toMatch(/while (reading|connecting)|prematurely closed/);
  });

  test('no request is lost when a replica drains under load', async () => {
    const [leaving] = replicas;
    const answers = await load(300, () => leaving?.child.kill('SIGUSR2'));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.slice(-100).every(({ by }) => by !== String(leaving?.child.pid))).toBe(true);
  });
});
