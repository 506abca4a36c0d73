import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** How a page is looked at. */
export const looks = [
  { look: 'light', options: {} },
  { look: 'dark', options: { colorScheme: 'dark' } },
  { look: 'phone', options: { viewport: { width: 390, height: 844 } } },
] as const;

const folder = path.join(__dirname, '../../.vitepress/screenshots');

/** Takes a picture of a page, for whoever wants to look at it. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
};

/** By how many pixels a page is wider than the screen. */
export const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
