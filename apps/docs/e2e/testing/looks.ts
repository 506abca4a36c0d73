import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** A way to look at a page. */
interface Look {
  readonly look: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

export const looks: readonly Look[] = [
  { look: 'light', colorScheme: 'light', width: 1280, height: 900 },
  { look: 'dark', colorScheme: 'dark', width: 1280, height: 900 },
  { look: 'phone', colorScheme: 'light', width: 390, height: 844 },
];

/** Looks at a page that way from now on. */
export const lookAt = async (page: Page, { colorScheme, width, height }: Look): Promise<void> => {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
  await page.waitForFunction(
    (dark) => document.documentElement.classList.contains('dark') === dark,
    colorScheme === 'dark',
  );
};

const folder = path.join(__dirname, '../../.vitepress/screenshots');

/** Takes a picture of a page, for whoever wants to look at it. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
};

/** By how many pixels a page is wider than the screen. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
