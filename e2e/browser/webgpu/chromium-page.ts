import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { bundle } from './bundle.js';

const packages = path.join(__dirname, '../../../packages');

/** The origin of the page: nobody listens there, all that it asks for is answered here. WebGPU wants https. */
const origin = 'https://page.test';

/** What every entry of a page exports. */
interface PageEntry {
  readonly startBackend: (options: { readonly backends: readonly string[] }) => Promise<{ readonly reason: string }>;
}

/** The global of the page that holds what its entry exports. */
declare const page: PageEntry;

/**
 * Opens a page whose global `page` holds what a TypeScript file exports, and starts WebGPU there. What the page prints goes to the output
 * of the tests, and so do its errors.
 *
 * @param entry the file, in `packages`
 * @param files a folder, in `packages`, that the page may read as /files
 */
export const openWebGpuPage = async (
  browser: Browser,
  { entry, files }: { readonly entry: string; readonly files?: string },
): Promise<Page> => {
  const script = await bundle(path.join(packages, entry), 'page');
  const opened = await browser.newPage();
  opened.on('console', (message) => process.stdout.write(`page: ${message.type()}: ${message.text()}\n`));
  opened.on('pageerror', (error) => process.stdout.write(`page: ${error.stack ?? error.message}\n`));
  await opened.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/')
      return route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><link rel="icon" href="data:,"><script src="/script.js"></script>',
      });
    if (pathname === '/script.js')
      return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script });
    if (files !== undefined && pathname.startsWith('/files/'))
      return route.fulfill({ body: await readFile(path.join(packages, files, pathname.slice('/files/'.length))) });
    return route.fulfill({ status: 404 });
  });
  await opened.goto(origin);
  const { reason } = await opened.evaluate(() => page.startBackend({ backends: ['webgpu'] }));
  process.stdout.write(`${path.basename(entry)} in Chromium ${browser.version()} runs on ${reason}\n`);
  return opened;
};
