/** The cases of `packages/core` that must hold on every backend, on WebGPU in Chromium; in Node they run there. */
import type { Browser, Page } from 'playwright-core';
import { launchChromium, webGpuFlags } from '@length-adaptive/tools/testing/chromium';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { openWebGpuPage } from './chromium-page.js';

/** What the page's entry exports, as far as it is called here. */
declare const page: { readonly dropAndRestoreCases: Readonly<Record<string, () => Promise<void>>> };

const cases = [
  'keeps what a plain sort keeps, ties included',
  'what is dropped and kept is restored to where it was',
  'the gradient of a move equals that of a one-hot product',
  'the gradient of what is restored is that of each token at its own position',
];

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(`drop and restore on WebGPU in Chromium${missing ? ` (${missing})` : ''}`, () => {
  let browser: Browser;
  let opened: Page;

  beforeAll(async () => {
    browser = await launchChromium({ flags: webGpuFlags });
    opened = await openWebGpuPage(browser, { entry: 'core/src/testing/drop-and-restore-page.ts' });
  });
  afterAll(() => browser?.close());

  test('every case of Node is here', async () => {
    expect(await opened.evaluate(() => Object.keys(page.dropAndRestoreCases))).toEqual(cases);
  });

  test.each(cases)('%s', async (name) => {
    await opened.evaluate((given) => page.dropAndRestoreCases[given]?.(), name);
  });
});
