import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import type { Page } from 'playwright-core';
import { violations } from './testing/axe.js';
import { lookAt, looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(`the live search${missing ? ` (${missing})` : ''}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  const ready = (page: Page): Promise<void> => page.locator('.reading[aria-busy=false]').waitFor({ timeout: 280_000 });
  /** The cells of a row: seconds, shared hits, mean of the examples, mean cosine. */
  const row = async (page: Page, name: string): Promise<number[]> =>
    (await page.locator(`tr.${name} td`).allTextContents()).map(parseFloat);
  const firstHit = (page: Page): Promise<string | null> => page.locator('.hits li a').first().textContent();

  test('passages are embedded here and found by meaning; the slider makes the index cheaper, and says what stayed', async () => {
    const { page, problems } = await site.open('/live-search');
    await page.getByRole('button', { name: /^Load the model/ }).click();
    await ready(page);
    expect(await page.locator('.hits li').count()).toBe(10);
    const half = await row(page, 'own');
    const full = await row(page, 'full');
    console.log(`at half: ${half.join(', ')}; at full length: ${full.join(', ')}`);
    expect(half).toHaveLength(4);
    expect(full.slice(1)).toEqual([10, 10, 1]);
    const [halfSeconds = NaN, sharedHits = NaN, meanShared = NaN, cosine = NaN] = half;
    expect(halfSeconds).toBeGreaterThan(0);
    expect(sharedHits).toBeGreaterThanOrEqual(4);
    expect(meanShared).toBeGreaterThanOrEqual(5);
    expect(cosine).toBeGreaterThan(0.8); // the passages are what the pages say by now
    expect(cosine).toBeLessThan(1);
    expect(await page.locator('.hits .new').count()).toBe(10 - sharedHits);

    const drawn = page.locator('.trade-off .fill');
    expect(await drawn.count()).toBe(1); // what was tried stays in the picture
    expect(
      await page
        .getByRole('region', { name: 'Trade-off' })
        .getByText(/^\d+\.\d\dx, \d+\.\d of 10$/)
        .count(),
    ).toBe(1);

    await page.getByRole('slider').press('Home');
    await page.waitForFunction(() => document.querySelector('tr.own td:nth-of-type(4)')?.textContent === '1.000');
    await ready(page);
    expect((await row(page, 'own')).slice(1)).toEqual([10, 10, 1]);
    expect(await page.locator('.hits .new').count()).toBe(0);
    expect(await drawn.count()).toBe(1);

    await page.getByRole('textbox', { name: 'Query' }).fill('a queue on Redis for many machines');
    await page.waitForFunction(
      () => document.querySelector('.hits li a')?.textContent === 'Distributed search',
      undefined,
      { timeout: 60_000 },
    );
    expect(await firstHit(page)).toBe('Distributed search');
    await page.getByRole('textbox', { name: 'Query' }).fill(' ');
    expect(await page.getByRole('alert').textContent()).toBe('Write a query.');
    await page.getByRole('button', { name: 'which tokens are dropped first' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_live-search-${how.look}`);
    }
    expect(problems).toEqual([]);
  });

  test('a link brings its query and budget', async () => {
    const { page, context } = await site.open('/live-search');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const query = 'what 100 % of it costs & more';
    await page.getByRole('textbox', { name: 'Query' }).fill(query);
    await page.getByRole('button', { name: /^Load the model/ }).click();
    await ready(page);
    await page.getByRole('slider').press('Home');
    await page.getByRole('button', { name: 'Copy a link to this query and budget' }).click();
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(page.url());
    const { page: other, problems } = await site.open(link.slice(site.server.url.length));
    expect(await other.getByRole('textbox', { name: 'Query' }).inputValue()).toBe(query);
    await other.getByRole('button', { name: /^Load the model/ }).click();
    await ready(other);
    expect(await other.getByRole('slider').inputValue()).toBe('0');
    expect(problems).toEqual([]);
  });
});
