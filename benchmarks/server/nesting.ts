/** Bodies that are nothing but brackets, and how soon health is answered meanwhile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { quantile } from '../harness.js';

const bodyClient = fileURLToPath(new URL('./body-client.mjs', import.meta.url));

/** Median of the milliseconds until health is answered. */
const askHealth = async (url: string, times: number): Promise<number> => {
  const milliseconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    const response = await fetch(`${url}/v2/health/live`);
    await response.arrayBuffer();
    milliseconds.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return quantile(milliseconds, 0.5);
};

/** Medians in milliseconds: of an idle server, under two clients that send 1.8 MB of brackets, and under two that send one text of that size. */
export interface HealthTimes {
  readonly idle: number;
  readonly nested: number;
  readonly flat: number;
}

/** How soon health is answered, with nobody else there and with two clients of another process that send as fast as they are answered. */
export const timeHealth = async (url: string, times = 100): Promise<HealthTimes> => {
  const under = async (kind: 'nested' | 'flat'): Promise<number> => {
    const clients = spawn(process.execPath, [bodyClient, new URL(url).port, '2', kind], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(clients, 'exit');
    await once(clients.stdout, 'data');
    const median = await askHealth(url, times);
    clients.kill();
    await ended;
    return median;
  };
  await askHealth(url, 20);
  return { idle: await askHealth(url, times), nested: await under('nested'), flat: await under('flat') };
};
