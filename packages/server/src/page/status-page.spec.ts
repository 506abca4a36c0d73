import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ParetoPoint } from '@length-adaptive/models';
import type { ModelStatus } from '../service.js';
import { launchChromium } from '@length-adaptive/tools/testing/chromium';
import { describeWith } from '../testing/describe-with.js';
import { statusBody } from '../http/status-body.js';
import { startStatusServer, type StatusScript, type StatusServer } from '../testing/status-server.js';
import { statusPage, statusPagePolicy } from './status-page.js';

/** A folder where pictures are kept, for looking at. */
const kept = process.env['SCREENSHOTS'];

const shares = [0.22, 0.26, 0.28, 0.29, 0.32, 0.34, 0.36, 0.38, 0.42, 0.48, 0.52, 0.59, 0.76, 1];
const searchedScores = [0.845, 0.874, 0.89, 0.904, 0.92, 0.928, 0.941, 0.953, 0.961, 0.966, 0.973, 0.979, 0.984, 0.987];
const searched: readonly ParetoPoint[] = shares.map((cost, i) => ({
  point: { lengths: [1, 2, 3, 4, 5, 6].map((layer) => Math.max(0.02, cost ** (layer / 4))) },
  score: searchedScores[i] ?? 0,
  cost,
  macs: cost * 2.39e9,
  latencyMs: 1.5 + 9 * cost,
}));

const model = (changes: Partial<ModelStatus> = {}): ModelStatus => ({
  name: 'imdb-minilm',
  version: '3',
  ready: true,
  task: 'sequence-classification',
  engine: 'onnx',
  labels: ['negative', 'positive'],
  positions: 512,
  paretoSet: searched,
  operatingPoint: searched.length - 1,
  queued: 0,
  running: 0,
  queueDelayMs: 0,
  answered: 0,
  degraded: 0,
  refused: 0,
  expired: 0,
  speed: { overheadMs: 0.84, msPerGigaMac: 3.137 },
  ...changes,
});

const never: Partial<ModelStatus> = {
  paretoSet: [{ point: { lengths: [1, 1, 1, 1] }, score: Number.NaN, cost: 1 }],
  operatingPoint: 0,
};

const answer = (models: readonly ModelStatus[], ready = true): ReturnType<StatusScript['answer']> => ({
  version: '0.1.0',
  ready,
  models: models.map(statusBody),
});

/** Calm, then a wave of load, then calm again: 40 texts a second, 200 in the wave. */
const wave = (second: number): ModelStatus => {
  const load = second < 45 ? 0 : Math.exp(-(((second - 85) / 18) ** 2));
  const ripple = 1 + 0.2 * Math.sin(second * 1.7);
  return model({
    operatingPoint: Math.round(13 - 8 * load),
    queued: Math.round(60 * load * ripple),
    running: 8,
    queueDelayMs: 4 * ripple + 120 * load * ripple,
    answered: 40 * second + 40 * Math.max(0, second - 60),
    degraded: 20 * Math.max(0, second - 60),
    expired: 0,
    refused: second > 80 ? 3 : 0,
  });
};

describeWith(['chromium'], 'statusPage', () => {
  let pictures: string;
  let browser: Browser;
  let server: StatusServer | undefined;
  const script: { -readonly [key in keyof StatusScript]: StatusScript[key] } = {
    page: statusPage,
    policy: statusPagePolicy,
    answer: () => answer([]),
  };
  const problems: string[] = [];

  /** Opens the page; its clock stands still until it is told to go on. */
  const open = async (options: BrowserContextOptions = {}): Promise<Page> => {
    server = await startStatusServer(script);
    const context = await browser.newContext({ viewport: { width: 1180, height: 980 }, ...options });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.clock.install({ time: new Date('2027-01-01T10:00:00Z') });
    await page.clock.pauseAt(new Date('2027-01-01T10:01:00Z'));
    await page.goto(server.url);
    return page;
  };
  /** Lets the page ask so often, a second apart. */
  const seconds = async (page: Page, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const before = await page.locator('#server', { hasText: 'up' }).textContent();
      await page.clock.runFor(1_000);
      await page.locator('#server', { hasNotText: new RegExp(`^${before}$`) }).waitFor();
    }
  };
  const text = (page: Page, id: string): Promise<string> => page.locator(id).innerText();
  /** Whether nothing is wider than the screen. */
  const fits = (page: Page): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth <= innerWidth');

  beforeAll(async () => {
    pictures = kept ?? mkdtempSync(join(tmpdir(), 'length-adaptive-page-'));
    mkdirSync(pictures, { recursive: true });
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server?.stop();
    problems.length = 0;
    delete script.key;
  });
  afterAll(async () => {
    await browser.close();
    if (kept === undefined) rmSync(pictures, { recursive: true });
  });

  test('shows the Pareto set with what load holds back, and the operating point with its length configuration', async () => {
    script.answer = () => answer([model({ operatingPoint: 8 })]);
    const page = await open();
    await page.locator('.point').first().waitFor();

    expect(await page.locator('.point').count()).toBe(14);
    expect(await page.locator('.point.held').count()).toBe(5);
    expect(await page.locator('.point.operating').getAttribute('aria-label')).toBe(
      'Point 9 of 14, operating point: score 0.961, cost 42 %, length configuration 0.81 0.65 0.52 0.42 0.34 0.27',
    );
    expect(await text(page, '#config')).toBe('0.81 0.65 0.52 0.42 0.34 0.27');
    expect(await text(page, '#verdict')).toMatch(
      /^5 of 14 configurations held back\..* at most 42 % of the full cost, /,
    );
    expect(await text(page, '#lamp')).toBe('ready, under load');
    expect(problems).toEqual([]);
  });

  test('says what the scores are, and gives the held-out one', async () => {
    const paretoSet = searched.map((point, at) => ({ ...point, heldOutScore: 0.7 + at / 100 }));
    const scoreScale = { metric: 'fidelity', heldOut: { metric: 'accuracy' } };
    script.answer = () => answer([model({ paretoSet, scoreScale })]);
    const page = await open();
    const read = (await text(page, '#reading')).replaceAll(/\s+/g, ' ');
    expect(read).toMatch(/Score 0\.987 fidelity/i);
    expect(read).toMatch(/Held-out 0\.83 accuracy/i);
    expect(await fits(page)).toBe(true);
    expect(problems).toEqual([]);
  });

  test('places points by cost and score', async () => {
    script.answer = () => answer([model()]);
    const page = await open();
    const dot = async (index: number): Promise<readonly [number, number]> => {
      const circle = page.locator(`[data-index="${index}"] .dot`);
      return [Number(await circle.getAttribute('cx')), Number(await circle.getAttribute('cy'))];
    };
    const [first, middle, last] = await Promise.all([dot(0), dot(8), dot(13)]);
    expect((middle[0] - first[0]) / (last[0] - first[0])).toBeCloseTo((0.42 - 0.22) / (1 - 0.22), 5);
    expect((middle[1] - first[1]) / (last[1] - first[1])).toBeCloseTo((0.961 - 0.845) / (0.987 - 0.845), 5);
    expect(await page.locator('.point.held').count()).toBe(0);
    expect(await text(page, '#verdict')).toMatch(/^Nothing is held back/);
    expect(await text(page, '#lamp')).toBe('ready');
  });

  test('reads another point out by pointer and by keyboard', async () => {
    script.answer = () => answer([model({ operatingPoint: 8 })]);
    const page = await open();
    await page.locator('[data-index="13"]').hover();
    expect(await text(page, '#profile-name')).toBe('Held back');
    expect(await text(page, '#reading')).toMatch(/14 of 14[^]*0\.987[^]*100 % of full MACs[^]*2\.39 G[^]*10\.5 ms/);
    await page.mouse.move(0, 0);
    expect(await text(page, '#profile-name')).toBe('Operating point');

    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft');
    expect(await text(page, '#profile-name')).toBe('Allowed');
    expect(await text(page, '#reading')).toContain('8 of 14');
    script.answer = () => answer([model({ operatingPoint: 5 })]); // the picture is drawn anew; the focus stays
    await seconds(page, 2);
    expect(await text(page, '#reading')).toContain('8 of 14');
    expect(await text(page, '#profile-name')).toBe('Held back');
    expect(problems).toEqual([]);
  });

  test('follows two minutes of load', async () => {
    script.answer = (second) => answer([wave(second)]);
    const page = await open({ colorScheme: 'light' });
    await seconds(page, 55);
    expect(await text(page, '#rate-now')).toBe('40 texts/s');
    await seconds(page, 45);
    const now = wave((server?.answered() ?? 0) - 1);
    await page.getByText(`${now.queued}`, { exact: true }).first().waitFor();

    expect(await text(page, '#rate-now')).toBe('80 texts/s');
    expect(await text(page, '#delay-now')).toBe(`${now.queueDelayMs.toFixed(now.queueDelayMs < 100 ? 1 : 0)} ms`);
    expect(await text(page, '#queued')).toContain(`${now.queued}`);
    expect(await text(page, '#degraded')).toMatch(/^Degraded\n14 %\n14 % in 2 minutes$/);
    expect(await text(page, '#refused')).toContain('3');
    expect(await text(page, '#speed')).toBe('Fitted speed\n3.14 ms/GMAC\n+ 0.84 ms a batch');
    expect(await text(page, '#server')).toBe('server 0.1.0 · up 1 min 40 s');
    await page.screenshot({ path: join(pictures, 'light.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: join(pictures, 'dark.png'), fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await seconds(page, 1);
    expect(await fits(page)).toBe(true);
    await page.screenshot({ path: join(pictures, 'phone-dark.png'), fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.screenshot({ path: join(pictures, 'phone.png'), fullPage: true });

    await page.setViewportSize({ width: 1180, height: 980 });
    await seconds(page, 25);
    const samples = String(await page.locator('#delay .trace').getAttribute('d')).split('L');
    expect(samples.length).toBeGreaterThan(118);
    expect(samples.length).toBeLessThan(125);
    expect(problems).toEqual([]);
  });

  test('shows a model that was never searched', async () => {
    script.answer = () =>
      answer([
        model({ ...never, queueDelayMs: Number.NaN, speed: { overheadMs: Number.NaN, msPerGigaMac: Number.NaN } }),
      ]); // null in JSON
    const page = await open();
    await page.locator('.point').waitFor();
    expect(await text(page, '#verdict')).toMatch(/^One configuration\./);
    expect(await text(page, '#reading')).toContain('not measured');
    expect(await text(page, '#speed')).toBe('Fitted speed\n– ms/GMAC\n+ – ms a batch');
    expect(await text(page, '#delay-now')).toBe('– ms');
    expect(await page.locator('#scatter').textContent()).toContain('no score was measured');
    expect(await page.content()).not.toContain('NaN');
    await page.screenshot({ path: join(pictures, 'never-searched.png'), fullPage: true });
    expect(problems).toEqual([]);
  });

  test('shows several models in tabs, and keeps the choice in the address', async () => {
    script.answer = () =>
      answer(
        [
          model(),
          model({
            name: 'squad',
            task: 'question-answering',
            operatingPoint: 2,
            memory: { weightBytes: 90_900_000, openedBytes: 77_600_000 },
          }),
          model({ ...never, name: 'plain', ready: false }),
        ],
        false,
      );
    const page = await open();
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['imdb-minilm\n3', 'squad\n3', 'plain\n3']);
    await page.getByRole('tab', { name: 'squad' }).click();
    expect(await text(page, 'h1')).toBe('squad');
    expect(await text(page, '#about')).toContain('question answering');
    expect(await text(page, '#about')).toContain('74 MiB of memory for 86.7 MiB of weights');
    expect(await page.locator('.point.held').count()).toBe(11);
    await page.keyboard.press('ArrowRight');
    expect(await text(page, 'h1')).toBe('plain');
    expect(await text(page, '#about')).not.toContain('MiB'); // not measured
    expect(await text(page, '#verdict')).toMatch(/^Not ready\./);
    await page.reload();
    await page.getByRole('heading', { name: 'plain' }).waitFor();
    expect(await text(page, '#notice')).toContain('The server is not ready.');
    await page.screenshot({ path: join(pictures, 'tabs.png'), fullPage: true });
    expect(problems).toEqual([]);
  });

  test('says that the server cannot be reached, and goes on when it is back', async () => {
    script.answer = (second) => answer([wave(second)]);
    const page = await open();
    await seconds(page, 5);
    const port = Number(new URL(server?.url ?? '').port);
    await server?.stop();
    await page.clock.runFor(1_000);
    await page.getByText('The server cannot be reached.').waitFor();
    expect(await text(page, '#lamp')).toBe('unreachable');
    expect(await page.locator('main.stale').count()).toBe(1);
    await page.screenshot({ path: join(pictures, 'unreachable.png'), fullPage: true });
    server = await startStatusServer(script, port);
    await seconds(page, 1);
    await page.locator('#lamp', { hasText: 'ready' }).waitFor();
    expect(await page.locator('#notice').isVisible()).toBe(false);
    expect(await page.locator('main.stale').count()).toBe(0);
  });

  test('asks for an API key, and keeps it in the tab only', async () => {
    script.key = 'correct';
    script.answer = () => answer([model()]);
    const page = await open();
    await page.getByText('An API key is needed.').waitFor();
    await page.screenshot({ path: join(pictures, 'key.png'), fullPage: true });
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('That key was refused.').waitFor();
    await page.getByLabel('API key').fill('correct');
    await page.keyboard.press('Enter');
    await page.locator('.point').first().waitFor();
    expect(await page.locator('#notice').isVisible()).toBe(false);
    expect(await page.evaluate('[localStorage.length, document.cookie, sessionStorage.length]')).toEqual([0, '', 1]);
  });

  test('shows names as text, whatever they are', async () => {
    const name = '<img src=x onerror=alert(1)>"&';
    script.answer = () => answer([model({ name, labels: ['<b>'] }), model()]);
    const page = await open();
    await page.locator('h1:not(:empty)').waitFor(); // the script has the answer
    expect(await text(page, 'h1')).toBe(name);
    expect(await page.locator('img, b:has-text("<b>")').count()).toBe(0);
    expect(problems).toEqual([]);
  });
});
