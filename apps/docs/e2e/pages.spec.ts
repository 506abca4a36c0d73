import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { violations } from './testing/axe.js';
import { lookAt, looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { OpenedPage, Site } from './testing/open-site.js';

const missing = programMissing('chromium');

/** A page of each kind. */
const pages = [
  '/',
  '/demo',
  '/in-your-browser',
  '/live-search',
  '/live-rerank',
  '/guide/first-model',
  '/guide/why-not',
  '/guide/browser',
  '/guide/embeddings',
  '/concepts/pareto-set',
  '/benchmarks/',
  '/comparison',
  '/api/',
];

(missing ? describe.skip : describe)(`the site in a browser${missing ? ` (${missing})` : ''}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  describe.each(pages)('%s', (address) => {
    let opened: OpenedPage;
    let bytes: number;
    beforeAll(async () => {
      const before = new Map(site.server.sent);
      opened = await site.open(address);
      await opened.page.waitForLoadState('networkidle');
      bytes = [...site.server.sent].reduce((sum, [file, sent]) => sum + sent - (before.get(file) ?? 0), 0);
    });
    afterAll(() => opened?.context.close());

    test('no more than 400 kB come before the reader does anything', () => {
      expect([...site.server.sent.keys()].filter((file) => file.startsWith('/models/'))).toEqual([]);
      console.log(`${address}: ${(bytes / 1000).toFixed(0)} kB`);
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThan(400_000);
    });

    test.each(looks)('$look: no errors, nothing that axe objects to, nothing wider than the screen', async (how) => {
      const { page, problems } = opened;
      await lookAt(page, how);
      expect(problems).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `${address.replaceAll('/', '_').replace(/^_$/, '_home')}-${how.look}`);
    });
  });

  test('the search finds a page', async () => {
    const { page } = await site.open('/');
    await page
      .getByRole('button', { name: /search/i })
      .first()
      .click();
    await page.getByRole('searchbox').fill('LengthDrop');
    await page.locator('#localsearch-list').getByRole('option').first().waitFor();
  });
});
