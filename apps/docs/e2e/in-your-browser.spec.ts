import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { violations } from './testing/axe.js';
import { lookAt, looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(`the in-browser benchmark${missing ? ` (${missing})` : ''}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  test('measures full length and three budgets on both engines, which agree', async () => {
    const { page, problems } = await site.open('/in-your-browser');
    await page.getByRole('combobox', { name: 'Length of the text' }).selectOption({ label: '48 words' });
    await page.getByRole('button', { name: 'Measure on this machine' }).click();
    await page.getByRole('button', { name: 'Copy as JSON' }).or(page.getByRole('alert')).waitFor({ timeout: 280_000 });
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    const groups = page.locator('.demo tbody');
    expect(await groups.count()).toBe(2);
    for (const group of await groups.all()) {
      const rows = await Promise.all((await group.locator('tr').all()).map((row) => row.locator('td').allTextContents()));
      expect(rows.slice(1).map(([length]) => length)).toEqual(['full length', 'budget 75 %', 'budget 50 %', 'budget 40 %']);
      const costs = rows.slice(1).map(([, cost]) => Number(cost));
      expect(costs[0]).toBe(1);
      expect([...costs].sort((a, b) => b - a)).toEqual(costs);
      for (const [, , ms, , gain] of rows.slice(1)) {
        expect(Number(ms)).toBeGreaterThan(0);
        expect(parseFloat(gain ?? '')).toBeGreaterThan(0);
      }
    }
    expect(await page.locator('.demo caption').textContent()).toMatch(/One text of 48 words, \d+ tokens; 15 of 15 rounds;/);
    expect(await page.locator('.demo table').getAttribute('aria-busy')).toBe('false');
    for (const spread of await page.locator('.demo td .spread').allTextContents()) expect(spread).toMatch(/^\d+\.\d\d to \d+\.\d\d(, noisy)?$/);
    expect(await page.locator('.demo td .spread').count()).toBe(6); // each budget on each engine
    const said = await page.getByText(/Answers of the two engines differ by at most/).textContent();
    expect(Number(/most (\S+) in/.exec(said ?? '')?.[1])).toBeLessThan(1e-3);
    expect(problems).toEqual([]);
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_in-your-browser-measured-${how.look}`);
    }
    await page.getByRole('combobox', { name: 'Length of the text' }).selectOption({ label: '12 words' });
    expect(await page.locator('.demo caption').textContent()).toContain('of 48 words'); // what was measured, not what is chosen by now
  });

  test('stopped in between, it says how many rounds it is of, and stays busy no longer', async () => {
    const { page } = await site.open('/in-your-browser');
    await page.getByRole('button', { name: 'Measure on this machine' }).click();
    await page.locator('.demo caption').getByText(/ [1-9] of 15 rounds/).waitFor({ timeout: 280_000 });
    expect(await page.locator('.demo table').getAttribute('aria-busy')).toBe('true');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Measure again' }).waitFor();
    expect(await page.locator('.demo table').getAttribute('aria-busy')).toBe('false');
    const [, done] = / (\d+) of 15 rounds/.exec((await page.locator('.demo caption').textContent()) ?? '') ?? [];
    expect(Number(done)).toBeLessThan(15);
  });
});
