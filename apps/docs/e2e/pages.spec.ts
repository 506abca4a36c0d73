import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { violations } from './testing/axe.js';
import { looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');

/** A page of each kind. */
const pages = ['/', '/demo', '/in-your-browser', '/guide/first-model', '/guide/browser', '/concepts/pareto-set', '/benchmarks/', '/comparison', '/api/'];

(missing ? describe.skip : describe)(`the site in a browser${missing ? ` (${missing})` : ''}`, () => {
  jest.setTimeout(240_000);
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  describe.each(pages)('%s', (address) => {
    test.each(looks)('$look: no errors, nothing that axe objects to, nothing wider than the screen', async ({ look, options }) => {
      const { page, context, problems } = await site.open(address, options);
      await page.waitForLoadState('networkidle');
      expect(problems).toEqual([]);
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `${address.replaceAll('/', '_').replace(/^_$/, '_home')}-${look}`);
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
