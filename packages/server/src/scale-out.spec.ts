/** Several server processes with real models: behind nginx, and watched in a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '@length-adaptive/tools/testing/chromium';
import { describeWith } from './testing/describe-with.js';
import { startNginx } from './testing/nginx.js';
import { startServer } from './testing/start-server.js';
import { textOf, writeTinyModel } from './testing/tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'length-adaptive-scale-out-'));
const model = join(folder, 'reviews');

beforeAll(() => writeTinyModel(model));
afterAll(() => rmSync(folder, { recursive: true }));

describeWith(['nginx'], 'three servers behind nginx', () => {
  test('one is killed under load: every request is answered', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startServer([model])));
    const nginx = await startNginx(servers.map(({ url }) => Number(new URL(url).port)));
    let sent = 0;
    const client = async (): Promise<number[]> => {
      const statuses: number[] = [];
      while (sent < 300) {
        if (sent++ === 100) servers[1]?.process.child.kill('SIGKILL');
        const response = await fetch(`${nginx.url}/v1/classify`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ text: textOf(60, sent) }),
        });
        await response.text();
        statuses.push(response.status);
      }
      return statuses;
    };
    const statuses = (await Promise.all(Array.from({ length: 8 }, client))).flat();
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(statuses.length).toBeGreaterThanOrEqual(300);
    await nginx.stop();
    for (const {
      process: { child, end },
    } of servers)
      if (child.exitCode === null && child.signalCode === null) expect(await end('SIGTERM')).toBe(0);
  });
});

describeWith(['chromium'], 'the status page of a server that works', () => {
  test('shows the Pareto set, the operating point and what is done, without a complaint', async () => {
    const server = await startServer([model]);
    const browser = await launchChromium();
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(server.url);
    for (let i = 0; i < 20; i++) await server.post('/v1/classify', { text: textOf(40, i) });
    await page.locator('svg circle').first().waitFor();
    for (let i = 0; i < 2; i++) await page.waitForResponse(`${server.url}/v1/status`);
    const kept = process.env['SCREENSHOTS'];
    if (kept !== undefined) await page.screenshot({ path: join(kept, 'real-server.png'), fullPage: true });
    expect(await page.locator('svg').count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await browser.close();
    await server.process.end('SIGTERM');
  });
});
