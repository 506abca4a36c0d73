import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import type { Page } from 'playwright-core';
import { violations } from './testing/axe.js';
import { lookAt, looks, overflow, takePicture } from './testing/looks.js';
import { openSite } from './testing/open-site.js';
import type { Site } from './testing/open-site.js';

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(`the live demo${missing ? ` (${missing})` : ''}`, () => {
  let site: Site;
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(() => site?.close());

  const load = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: /^Load the model/ }).click();
    await page.getByRole('slider').waitFor({ timeout: 120_000 });
    await page.locator('.reading[aria-busy=false]').waitFor({ timeout: 120_000 });
  };
  const write = (page: Page, text: string): Promise<void> => page.getByRole('textbox', { name: 'Text' }).fill(text);
  const answered = (page: Page, label: string): Promise<void> =>
    page.getByRole('region', { name: 'Answer' }).getByText(label, { exact: true }).first().waitFor();
  /** Tokens that each layer keeps, as the page says. */
  const counts = async (page: Page): Promise<number[]> => {
    const texts = await page
      .getByRole('region', { name: 'Tokens, layer by layer' })
      .locator('.head .number')
      .allTextContents();
    return texts.map((text) => parseInt(text, 10));
  };
  /** What the page says once it has measured, and the ms at the chosen and at full length. */
  const measured = async (page: Page): Promise<{ said: string | null; ms: number[] }> => {
    const region = page.getByRole('region', { name: 'Time' });
    await region.getByText(/^median of 7 runs/).waitFor({ timeout: 120_000 });
    return {
      said: await region.locator('.ratio strong').textContent(),
      ms: (await region.locator('.number').allTextContents()).map(parseFloat),
    };
  };

  test('it opens with an answer of a long text and its tokens, before anything is loaded', async () => {
    const { page, problems } = await site.open('/demo');
    await answered(page, 'positive');
    await page.getByText('Read beforehand, at the recommended budget.').waitFor();
    const recorded = await counts(page);
    expect(recorded[0]).toBeGreaterThan(100);
    expect(recorded.at(-1)).toBeLessThan((recorded[0] ?? 0) / 2);
    expect(await page.getByRole('region', { name: 'Time' }).count()).toBe(0);
    expect(site.server.sent.has('/models/sentiment/model.safetensors')).toBe(false);
    await load(page);
    expect(await counts(page)).toEqual(recorded); // the model makes the same of it
    expect(await page.getByText('Read beforehand').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('every step that was measured stays in the picture of the trade-off, until the text is another', async () => {
    const { page } = await site.open('/demo');
    await load(page);
    const rows = page.getByRole('region', { name: 'Trade-off' }).getByRole('listitem');
    const drawn = (): Promise<number> => rows.filter({ hasNotText: 'not yet' }).count();
    await measured(page);
    await page.waitForFunction(() => document.querySelectorAll('.trade-off .fill').length === 1);
    await page.getByRole('slider').press('End');
    await page.waitForFunction(() => document.querySelectorAll('.trade-off .fill').length === 2, undefined, {
      timeout: 120_000,
    });
    expect(await drawn()).toBe(2);
    expect(await rows.filter({ hasText: 'recommended' }).count()).toBe(1);
    expect(await rows.count()).toBe(Number(await page.getByRole('slider').getAttribute('max')));
    await write(page, 'a dull and lifeless bore');
    await page.waitForFunction(() => document.querySelectorAll('.trade-off .fill').length === 0);
  });

  test('a link brings its text and budget', async () => {
    const { page, context } = await site.open('/demo');
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await load(page);
    await write(page, 'a dull and lifeless bore, 100 % of it');
    await page.getByRole('slider').press('End');
    await answered(page, 'negative');
    const said = await page.getByRole('slider').getAttribute('aria-valuetext');
    await page.getByRole('button', { name: 'Copy a link to this text and budget' }).click();
    await page.getByText('Copied.').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(page.url());
    const { page: other, problems } = await site.open(link.slice(site.server.url.length));
    expect(await other.getByRole('textbox', { name: 'Text' }).inputValue()).toBe(
      'a dull and lifeless bore, 100 % of it',
    );
    expect(await other.getByRole('region', { name: 'Answer' }).count()).toBe(0); // what was recorded is of another text
    await load(other);
    await answered(other, 'negative');
    expect(await other.getByRole('slider').getAttribute('aria-valuetext')).toBe(said);
    expect(problems).toEqual([]);
  });

  test('classifies what is written, and says what runs it', async () => {
    const { page, problems } = await site.open('/demo');
    await load(page);
    await answered(page, 'positive');
    await write(page, 'a dull and lifeless bore');
    await answered(page, 'negative');
    const runsOn = await page.locator('.backend').textContent();
    console.log(runsOn);
    expect(runsOn).toMatch(
      /^Runs on (ONNX Runtime Web with 8-bit integers: \d+\.\d times as fast here as TensorFlow\.js|wasm: WebAssembly on \d+ thread.*; \d+\.\d times as fast here as ONNX Runtime Web with 8-bit integers)\.$/,
    );
    await write(page, '  ');
    expect(await page.getByRole('alert').textContent()).toBe('Write a text.');
    await write(page, 'a warm and funny film');
    await answered(page, 'positive');
    expect(problems).toEqual([]);
  });

  test('where ONNX Runtime Web cannot be had, TensorFlow.js answers, and the page says so', async () => {
    const { page, context } = await site.open('/demo');
    await context.route('**/ort-wasm*.wasm', (route) => route.abort());
    await load(page);
    await answered(page, 'positive');
    expect(await page.locator('.backend').textContent()).toMatch(
      /^Runs on wasm: WebAssembly on \d+ thread.*; ONNX Runtime Web with 8-bit integers did not open \(.+\)\.$/,
    );
  });

  test('the engine that won is opened alone at the next visit, and nothing is fetched again', async () => {
    const { page, problems } = await site.open('/demo');
    await load(page);
    const said = await page.locator('.backend').textContent();
    const weights = site.server.sent.get('/models/sentiment/model.safetensors');
    await page.reload();
    await load(page);
    expect(await page.locator('.backend').textContent()).toBe(said);
    expect(site.server.sent.get('/models/sentiment/model.safetensors')).toBe(weights);
    expect(problems).toEqual([]);
  });

  test('the slider lets tokens leave and saves time', async () => {
    const { page, problems } = await site.open('/demo');
    await page.getByRole('button', { name: 'A review with a turn' }).click();
    await load(page);
    const slider = page.getByRole('slider');
    const opened = await counts(page);
    expect(opened.at(-1)).toBeLessThan(opened[0] ?? 0); // it opens where there is something to see
    await slider.press('Home');
    await page.waitForFunction(
      () => new Set([...document.querySelectorAll('.layers .number')].map(({ textContent }) => textContent)).size === 1,
    );
    const full = await counts(page);
    await slider.press('End');
    await page.waitForFunction(
      (most) => parseInt(document.querySelector('.layers li:last-child .number')?.textContent ?? '', 10) < most,
      full[0] ?? 0,
    );
    const shortest = await counts(page);
    expect(shortest[0]).toBe(full[0]);
    expect([...shortest].sort((a, b) => b - a)).toEqual(shortest);
    expect(await slider.getAttribute('aria-valuetext')).toMatch(
      /^\d+ % of the full cost, accuracy on SST-2 0\.\d{3}( \(recommended\))?$/,
    );
    // Every token that a row lost is struck through in it, and its place is empty in those below.
    const states = await page
      .locator('.layers li')
      .evaluateAll((rows) =>
        rows.map((row) => ['kept', 'leaving', 'gone'].map((state) => row.querySelectorAll(`.token.${state}`).length)),
      );
    states.forEach(([kept, leaving = 0, gone = 0], row) => {
      expect(kept).toBe(shortest[row]);
      expect(leaving).toBe((shortest[row - 1] ?? shortest[0] ?? 0) - (shortest[row] ?? 0));
      expect(leaving + gone).toBe((shortest[0] ?? 0) - (shortest[row] ?? 0));
    });
    const { said, ms } = await measured(page);
    console.log(`${shortest[0]} tokens: ${ms.join(' ms, at full length ')} ms: ${said}`);
    expect(said).toMatch(/ times faster\.$|^Noisy, /);
    expect(said).not.toContain('too few');
    expect(ms).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  test('at full length one time is measured, not the same thing twice', async () => {
    const { page } = await site.open('/demo');
    await load(page);
    expect(await page.getByRole('slider').inputValue()).not.toBe('0');
    expect((await measured(page)).ms).toHaveLength(2);
    await page.getByRole('slider').press('Home');
    await page.getByText('This is the full length: move the slider to compare.').waitFor();
    const { ms } = await measured(page);
    expect(ms).toHaveLength(1);
    expect(await page.locator('.at-full').count()).toBe(0);
  });

  test('an answer that is another than at full length is marked, with the answer of the full length beside it', async () => {
    const { page, problems } = await site.open('/demo');
    await page.getByRole('button', { name: 'A line that flips' }).click();
    await load(page);
    const answer = page.getByRole('region', { name: 'Answer' });
    const slider = page.getByRole('slider');
    await slider.press('End');
    await answer.getByText(/^Flipped\. At full length the answer is negative, \d+\.\d % sure\.$/).waitFor();
    await answered(page, 'positive');
    for (const how of looks) {
      await measured(page);
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_demo-flipped-${how.look}`);
    }
    await write(page, 'a dull and lifeless bore');
    await answer.getByText(/^The same answer as at full length, where it is \d+\.\d % sure\.$/).waitFor();
    expect(await page.getByText(/^For English sentences about films/).count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test('the pressed task is the one that is shown', async () => {
    const { page } = await site.open('/demo');
    const pressed = (name: string): Promise<string | null> =>
      page.getByRole('button', { name, exact: true }).getAttribute('aria-pressed');
    expect([await pressed('Sentiment'), await pressed('Question answering')]).toEqual(['true', 'false']);
    await page.getByRole('button', { name: 'Question answering' }).click();
    expect([await pressed('Sentiment'), await pressed('Question answering')]).toEqual(['false', 'true']);
  });

  test('what is of an earlier text is marked as such until the new one has been read: answer, times and all', async () => {
    const { page } = await site.open('/demo');
    await load(page);
    await measured(page);
    /** What the page showed right after a change, before the worker can have answered. */
    const after = (
      change: 'type' | 'slide',
    ): Promise<{ busy: string | null; said: string; times: (string | null)[]; label: string | null }> =>
      page.evaluate(async (how) => {
        const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(
          how === 'type' ? '.inputs textarea' : 'input[type=range]',
        );
        if (!field) throw new Error('There is no such field.');
        field.value = how === 'type' ? 'a warm and funny film' : String(Number(field.value) + 1);
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 0));
        return {
          busy: document.querySelector('.reading')?.getAttribute('aria-busy') ?? null,
          said: document.querySelector('.busy-mark')?.textContent ?? '',
          times: [...document.querySelectorAll('.speed .number')].map(({ textContent }) => textContent),
          label: document.querySelector('.answer .label strong')?.textContent ?? null,
        };
      }, change);
    for (const change of ['type', 'slide'] as const) {
      expect(await after(change)).toEqual({ busy: 'true', said: 'Reading …', times: ['…', '…'], label: 'positive' });
      await page.locator('.reading[aria-busy=false]').waitFor();
      expect(await page.locator('.busy-mark').textContent()).toBe('');
      await measured(page);
    }
  });

  test('a text that is cut says by how much; words that the model cannot read are marked', async () => {
    const { page, problems } = await site.open('/demo');
    await load(page);
    await write(page, `${'good '.repeat(839)}`);
    await page.getByText('The text has 841 tokens and the model reads 512: the last 329 (39 %) are cut off.').waitFor();
    await write(page, 'This film is 素晴らしい, they say.');
    await page
      .getByText(/^The model cannot read \d of \d+ words: it sees \[UNK\] in their place, marked below\.$/)
      .waitFor();
    await measured(page);
    expect(await page.locator('.layers li:first-child .token.unknown sup').first().textContent()).toBe('[UNK]');
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      await takePicture(page, `_demo-unknown-${how.look}`);
    }
    await write(page, '映画');
    await page.getByText('It knows none of these words: its answer says nothing.').waitFor();
    expect(problems).toEqual([]);
  });

  test('answers a question, at full length and at a budget, and marks where the answer stands', async () => {
    const { page, problems } = await site.open('/demo');
    await page.getByRole('button', { name: 'Question answering' }).click();
    await load(page);
    await page.locator('mark').getByText('Margaret Holloway').waitFor();
    await page.getByRole('button', { name: 'When' }).click();
    await page.locator('mark').getByText('1923').waitFor();
    await page.getByRole('slider').fill('3');
    await page.getByText(/^\d+ % of the full cost, F1 on SQuAD 1\.1 0\.\d{3}( \(recommended\))?$/).waitFor();
    await page.locator('mark').getByText('1923').waitFor();
    await page.waitForFunction(() => {
      const kept = [...document.querySelectorAll('.layers .number')].map(({ textContent }) =>
        parseInt(textContent ?? '', 10),
      );
      return (kept.at(-1) ?? 0) < (kept[0] ?? 0);
    });
    expect(problems).toEqual([]);
  });

  test('marks names, at a budget as at full length, and says which are found otherwise', async () => {
    const { page, problems } = await site.open('/demo');
    await page.getByRole('button', { name: 'Names', exact: true }).click();
    await page.locator('.answer mark').getByText('Sarah Connor').waitFor(); // read beforehand
    const names = (): Promise<string[]> =>
      page.locator('.answer mark').evaluateAll((marks) => marks.map((mark) => mark.textContent?.trim() ?? ''));
    const recorded = await names();
    expect(recorded).toContain('Dublin location');
    await load(page);
    expect(await names()).toEqual(recorded);
    await page.getByText(/^The same answer as at full length/).waitFor();
    expect(await page.locator('.answer .names').textContent()).toContain('stay at home with');
    await page.getByRole('slider').press('End');
    await page.getByText(/^\d+ % of the full cost, F1 on WNUT-17 0\.\d{3}( \(recommended\))?$/).waitFor();
    await measured(page);
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_demo-names-${how.look}`);
    }
    await write(page, 'nothing to see here, move along');
    await answered(page, 'No names');
    expect(problems).toEqual([]);
  });

  test('while tokens leave: nothing that axe objects to, nothing wider than the screen, in every look', async () => {
    const { page, context } = await site.open('/demo');
    await page.getByRole('button', { name: 'A review with a turn' }).click();
    await load(page);
    await page.getByRole('slider').press('End');
    await measured(page);
    for (const how of looks) {
      await lookAt(page, how);
      expect([how.look, ...(await violations(page))]).toEqual([how.look]);
      expect(await overflow(page)).toBe(0);
      await takePicture(page, `_demo-running-${how.look}`);
    }
    await context.close();
  });

  test('typing is never blocked: the page answers keys while the worker computes', async () => {
    const { page } = await site.open('/demo');
    await page.getByRole('button', { name: 'A review with a turn' }).click();
    await load(page);
    const { ms } = await measured(page);
    const wait = await page.evaluate(async () => {
      const text = document.querySelector('textarea');
      const waits: number[] = [];
      for (let i = 0; i < 20; i += 1) {
        const start = performance.now();
        if (text) text.value += ' more';
        text?.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve, 0));
        waits.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      return waits.sort((a, b) => a - b)[10];
    });
    console.log(`a key waits ${wait?.toFixed(1)} ms (median) while the model takes ${ms.at(-1)} ms`);
    expect(wait).toBeLessThan((ms.at(-1) ?? 0) / 2);
  });

  test('opens and answers again without a network', async () => {
    const { page, context } = await site.open('/demo');
    await load(page);
    await page.waitForFunction(async () => {
      const names = await caches.keys();
      return (
        names.includes('length-adaptive') &&
        (await (await caches.open('length-adaptive')).keys()).some(({ url }) => url.endsWith('model.safetensors')) &&
        navigator.serviceWorker.controller !== null
      );
    });
    const sent = new Map(site.server.sent);
    await context.setOffline(true);
    await page.reload();
    await load(page);
    await answered(page, 'positive');
    await write(page, 'a dull and lifeless bore');
    await answered(page, 'negative');
    const after = [...site.server.sent].filter(
      ([file, bytes]) => file !== '/service-worker.js' && sent.get(file) !== bytes,
    ); // the browser itself looks whether the worker is new
    expect(after).toEqual([]);
  });
});
