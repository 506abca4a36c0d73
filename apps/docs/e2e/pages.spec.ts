import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import type { Page } from 'playwright-core';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A page of each kind. */
const pages = ['/', '/demo', '/in-your-browser', '/guide/first-model', '/guide/browser', '/concepts/pareto-set', '/benchmarks/', '/comparison', '/api/'];

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

/** What axe finds on a page, by WCAG 2.1 A and AA. */
const violations = async (page: Page): Promise<string[]> => {
  await page.addScriptTag({ content: axe });
  const found = await page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: unknown[] }> } }).axe;
    const rules = { 'label-content-name-mismatch': { enabled: false } }; // experimental; the search button of VitePress shows its key beside its name
    return (await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules })).violations;
  });
  return (found as Violation[]).map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => JSON.stringify(target)).join(' ')}`);
};

(missing ? describe.skip : describe)(`the site in a browser${missing ? ` (${missing})` : ''}`, () => {
  jest.setTimeout(240_000);
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
    mkdirSync(shots, { recursive: true });
  });
  afterAll(() => site?.close());
  /** Pictures of the pages, for whoever wants to look at them. */
  const shots = path.join(__dirname, '../.vitepress/screenshots');

  describe.each(pages)('%s', (address) => {
    test.each([
      { look: 'light', options: {} },
      { look: 'dark', options: { colorScheme: 'dark' } },
      { look: 'phone', options: { viewport: { width: 390, height: 844 } } },
    ] as const)('$look: no errors, nothing that axe objects to, nothing wider than the screen', async ({ look, options }) => {
      const { page, context, problems } = await site.open(address, options);
      await page.waitForLoadState('networkidle');
      expect(problems).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
      await page.screenshot({ path: path.join(shots, `${address.replaceAll('/', '_').replace(/^_$/, '_home')}-${look}.png`), fullPage: look !== 'phone' });
      await context.close();
    });

    test('no more than 400 kB come before the reader does anything', async () => {
      const before = new Map(site.server.sent);
      const { page, context } = await site.open(address);
      await page.waitForLoadState('networkidle');
      const bytes = [...site.server.sent].reduce((sum, [file, sent]) => sum + sent - (before.get(file) ?? 0), 0);
      expect([...site.server.sent.keys()].filter((file) => file.startsWith('/models/'))).toEqual([]);
      console.log(`${address}: ${(bytes / 1000).toFixed(0)} kB`);
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThan(400_000);
      await context.close();
    });
  });

  test('the search finds a page', async () => {
    const { page } = await site.open('/');
    await page.getByRole('button', { name: /search/i }).first().click();
    await page.getByRole('searchbox').fill('LengthDrop');
    await page.locator('#localsearch-list').getByRole('option').first().waitFor();
  });
});
