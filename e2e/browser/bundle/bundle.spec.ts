import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { launchChromium, webGpuFlags } from '@length-adaptive/tools/testing/chromium';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { serveFolder } from '@length-adaptive/tools/testing/serve-folder';
import type { FolderServer } from '@length-adaptive/tools/testing/serve-folder';
import type { Browser, Page } from 'playwright-core';
import type { BuiltApp } from './build-app.js';
import { buildApp } from './build-app.js';

/** The model of the docs site's demo. */
const models = path.resolve(__dirname, '../../../apps/docs/public/models');

interface Answer {
  readonly label: string;
  readonly score: number;
  readonly cost: number;
}

const texts = [
  'a warm and funny film',
  'a dull and lifeless bore of a movie , with nothing to say and far too long to say it',
];
const options = { budget: { cost: 0.6 } };

const missing = programMissing('chromium');

(missing ? describe.skip : describe)(
  `an app that Vite builds from the packed packages${missing ? ` (${missing})` : ''}`,
  () => {
    let app: BuiltApp;
    let server: FolderServer;
    let browser: Browser;
    beforeAll(async () => {
      app = await buildApp(['core', 'search', 'models']);
      server = await serveFolder({ '/': app.dist, '/models/': models });
      browser = await launchChromium({ flags: webGpuFlags });
    }, 600_000);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
      app?.remove();
    });

    /** A page, and what went wrong in it. */
    const open = async (address: string): Promise<{ page: Page; problems: string[] }> => {
      const page = await (await browser.newContext()).newPage();
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(`${server.url}${address}`);
      return { page, problems };
    };

    /** Calls a function of `in-thread.ts`. */
    const call = <T>(page: Page, name: string, ...args: unknown[]): Promise<T> =>
      page.evaluate(
        ([own, given]) =>
          (globalThis as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>)[own as string]?.(
            ...(given as unknown[]),
          ),
        [name, args],
      ) as Promise<T>;

    test('what a page downloads stays small: kilobytes, compressed', () => {
      const sizes: Record<string, number> = {};
      for (const name of readdirSync(path.join(app.dist, 'assets'))) {
        const kind = name.replace(/-[\w-]{8}(?=\.\w+$)/, '');
        sizes[kind] = (sizes[kind] ?? 0) + gzipSync(readFileSync(path.join(app.dist, 'assets', name))).length / 1000;
      }
      console.log(
        Object.entries(sizes)
          .map(([kind, size]) => `${size.toFixed(1).padStart(7)} kB  ${kind}`)
          .join('\n'),
      );
      expect(sizes['index.js']).toBeLessThan(2);
      expect(sizes['model.worker.js']).toBeLessThan(132);
      expect(sizes['tfjs-backend-wasm-simd.wasm']).toBeLessThan(150);
    });

    test("the README's page answers from its worker", async () => {
      const { page, problems } = await open('/index.html');
      await page.locator('#answer:not(:empty)').waitFor();
      expect(await page.textContent('#answer')).toMatch(/^positive \(0\.9\d+\) for 0\.\d+ of the full cost$/);
      expect(await page.textContent('#backend')).toMatch(
        /^WebAssembly on 1 thread .*; webgpu was passed over: its only adapter is software/,
      );
      expect(await page.getAttribute('progress', 'value')).toBe('1');
      expect(problems).toEqual([]);
    }, 120_000);

    describe('every backend, in the page and in a worker', () => {
      interface Here {
        readonly backend: string;
        readonly answers: readonly Answer[];
        readonly layers: readonly (readonly number[])[];
        readonly leaked: number;
        readonly tensorsLeft: number;
        readonly progress: readonly { readonly share?: number }[];
      }
      const seen: Record<string, Pick<Here, 'answers' | 'layers'>> = {};

      test.each(['wasm', 'cpu', 'webgpu'])(
        '%s',
        async (backend) => {
          const { page, problems } = await open('/in-thread.html');
          const here = await call<Here>(page, 'predictHere', [backend], texts, options);
          expect(here).toMatchObject({ backend, leaked: 0, tensorsLeft: 0 });
          expect(here.answers.map(({ label }) => label)).toEqual(['positive', 'negative']);
          expect(here.progress.at(-1)).toMatchObject({ share: 1 });
          const inWorker = await call<Here>(page, 'predictInWorker', texts, options, { backends: [backend] });
          expect(inWorker.backend).toBe(backend);
          for (const { answers, layers } of [here, inWorker]) {
            const reference = (seen['first'] ??= { answers, layers });
            expect(layers).toEqual(reference.layers);
            answers.forEach(({ label, score, cost }, row) => {
              expect({ label, cost }).toEqual({
                label: reference.answers[row]?.label,
                cost: reference.answers[row]?.cost,
              });
              expect(score).toBeCloseTo(reference.answers[row]?.score ?? Number.NaN, 3);
            });
          }
          expect(problems).toEqual([]);
        },
        240_000,
      );
    });

    test('wasm runs on as many threads as are asked for in a page that is isolated, on one elsewhere', async () => {
      const tfjs = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'));
      const isolated = await serveFolder(
        { '/': app.dist, '/models/': models, '/tfjs/': tfjs },
        { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
      );
      const plain = await serveFolder({ '/': app.dist, '/models/': models, '/tfjs/': tfjs });
      try {
        const on = async ({ url }: FolderServer, threads: number) => {
          const page = await (await browser.newContext()).newPage();
          await page.goto(`${url}/in-thread.html`);
          return call<{ reason: string; answers: readonly Answer[]; unchanged: boolean }>(page, 'predictOnThreads', threads, texts); // prettier-ignore
        };
        const [two, one] = [await on(isolated, 2), await on(plain, 2)];
        expect(two).toMatchObject({ reason: 'WebAssembly on 2 threads', unchanged: true });
        expect(one.reason).toMatch(/^WebAssembly on 1 thread \(the page is not cross-origin isolated/);
        expect(two.answers.map(({ label }) => label)).toEqual(['positive', 'negative']);
        two.answers.forEach(({ score }, i) => expect(score).toBeCloseTo(one.answers[i]?.score ?? Number.NaN, 4));
      } finally {
        await isolated.close();
        await plain.close();
      }
    }, 120_000);

    test('a model that was opened once opens again without a network', async () => {
      const { page } = await open('/in-thread.html');
      await call(page, 'predictHere', ['wasm'], texts, options);
      const before = server.sent.get('/models/sentiment/model.safetensors');
      await page.context().setOffline(true);
      const offline = await call<{ answers: readonly Answer[]; progress: readonly unknown[] }>(
        page,
        'predictHere',
        ['wasm'],
        texts,
        options,
      );
      expect(offline.answers.map(({ label }) => label)).toEqual(['positive', 'negative']);
      expect(offline.progress).toEqual([]);
      expect(server.sent.get('/models/sentiment/model.safetensors')).toBe(before);
    }, 120_000);

    test('a page that was kept in the place of a file is fetched again', async () => {
      const { page } = await open('/in-thread.html');
      await call(page, 'predictHere', ['wasm'], texts, options);
      const inCache = (use: string): Promise<unknown> =>
        page.evaluate(`(async () => {
        const cache = await caches.open('length-adaptive');
        const key = (await cache.keys()).find(({ url }) => url.endsWith('/config.json'));
        return ${use};
      })()`);
      await inCache("cache.put(key, new Response('<!doctype html><html></html>'))");
      const again = await call<{ answers: readonly Answer[] }>(page, 'predictHere', ['wasm'], texts, options);
      expect(again.answers.map(({ label }) => label)).toEqual(['positive', 'negative']);
      expect(await inCache('(await cache.match(key)).json()')).toMatchObject({ model_type: expect.any(String) });
    }, 120_000);

    test('a download that is stopped ends with ABORTED', async () => {
      const { page } = await open('/in-thread.html');
      expect(await call(page, 'stopOpening')).toBe('ABORTED');
    });
  },
);

test('the README shows this app', () => {
  const readme = readFileSync(path.resolve(__dirname, '../../../packages/models/README.md'), 'utf8');
  for (const file of ['src/main.ts', 'src/model.worker.ts'])
    expect(readme).toContain(readFileSync(path.join(__dirname, 'app', file), 'utf8'));
});
