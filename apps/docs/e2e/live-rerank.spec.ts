import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import type { Page } from 'playwright-core';
import { violations } from './testing/axe.js';
import { lookAt, looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(`the live page of rankings${missing ? ` (${missing})` : ''}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  const ready = (page: Page): Promise<void> => page.locator('.reading[aria-busy=false]').waitFor({ timeout: 280_000 });
  /** The cells of a row: milliseconds, cost, passages in common, passages read, not seen. */
  const row = (page: Page, name: string): Promise<string[]> => page.locator(`tr.${name} td`).allTextContents();

  test('passages are ranked here, by a cascade and within a deadline; what stayed is said', async () => {
    const { page, problems } = await site.open('/live-rerank');
    await page.getByRole('button', { name: /^Load the model/ }).click();
    await ready(page);
    expect(await page.locator('.hits li').count()).toBe(5);
    const half = await row(page, 'own');
    const full = await row(page, 'full');
    console.log(`a cascade: ${half.join(', ')}; at full length: ${full.join(', ')}`);
    expect(full.slice(1)).toEqual(['100 %', '5 of 5', '20', '0']);
    expect(parseFloat(half[1] ?? '')).toBeLessThan(80);
    expect(parseFloat(half[2] ?? '')).toBeGreaterThanOrEqual(2); // the passages are what the pages say by now
    expect(half[3]).toMatch(/^20/);

    const measured = page.locator('.trade-off .fill');
    expect(await measured.count()).toBe(1);
    await page.getByRole('slider').press('ArrowRight');
    await page.waitForFunction(() => document.querySelectorAll('.trade-off .fill').length === 2);
    await page.getByRole('slider').press('Home');
    await page.waitForFunction(() => document.querySelector('tr.own td:nth-of-type(2)')?.textContent === '100 %');
    expect((await row(page, 'own'))[2]).toBe('5 of 5');

    await page.getByRole('combobox', { name: 'Deadline' }).selectOption('250');
    await page.waitForFunction(() => document.querySelector('tr.own td:nth-of-type(2)')?.textContent !== '100 %');
    await ready(page);
    const due = await row(page, 'own');
    console.log(`within 250 ms: ${due.join(', ')}`);
    expect(parseFloat(due[1] ?? '')).toBeLessThan(100);

    await page.getByRole('textbox', { name: 'Query' }).fill(' ');
    expect(await page.getByRole('alert').textContent()).toBe('Write a query.');
    await page.getByRole('textbox', { name: 'Query' }).fill('xyzzy');
    await page.getByText('No passage has a word of this query.').waitFor();
    await page.getByRole('button', { name: 'do I need labels to find good lengths' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await ready(page);
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_live-rerank-${how.look}`);
    }
    expect(problems).toEqual([]);
  });

  test('a link brings its query', async () => {
    const { page, problems } = await site.open(
      `/live-rerank#model=rerank&text=${encodeURIComponent('why & how')}&cost=0.6`,
    );
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('input[type=text]')?.value === 'why & how',
    );
    expect(problems).toEqual([]);
  });
});
