import path from 'node:path';
import { launchChromium } from '@length-adaptive/tools/testing/chromium';
import { serveFolder } from '@length-adaptive/tools/testing/serve-folder';
import type { FolderServer } from '@length-adaptive/tools/testing/serve-folder';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** The built site. */
const dist = path.resolve(__dirname, '../../.vitepress/dist');

export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors on the page's console, and requests that failed. */
  readonly problems: string[];
}

export interface Site {
  readonly server: FolderServer;
  open(address: string, options?: Parameters<Browser['newContext']>[0]): Promise<OpenedPage>;
  close(): Promise<void>;
}

/** Serves the built site, and opens pages of it in Chromium. */
export const openSite = async (): Promise<Site> => {
  const server = await serveFolder({ '/': dist });
  const browser = await launchChromium();
  return {
    server,
    open: async (address, options) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('requestfailed', (request) => problems.push(`${request.url()}: ${request.failure()?.errorText}`));
      await page.goto(`${server.url}${address}`);
      return { page, context, problems };
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
};
