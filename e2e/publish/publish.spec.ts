import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchChromium } from '@length-adaptive/tools/testing/chromium';
import { freePort } from '@length-adaptive/tools/testing/free-port';
import { programMissing } from '@length-adaptive/tools/testing/program-missing';
import { serveFolder } from '@length-adaptive/tools/testing/serve-folder';
import { createConsumer, lockedDigests } from './consumer.js';
import type { Consumer } from './consumer.js';
import { publishPackages } from './publish-packages.js';
import type { Registry } from './registry.js';
import { startRegistry } from './registry.js';
import { serveByNpx } from './serve-by-npx.js';

/** The model of the docs site's demo, and the label that it should give. */
const model = path.resolve(__dirname, '../../apps/docs/public/models/sentiment');
const { id2label } = JSON.parse(readFileSync(path.join(model, 'config.json'), 'utf8')) as {
  id2label: Record<string, string>;
};
const positive = id2label['1'];

/** What `predict` with a budget of 0.6 must give for a warm and funny film: texts are shorter or longer than the searched ones. */
const answered = { label: positive, cost: expect.closeTo(0.6, 0) };

const noBrowser = programMissing('chromium');
const inBrowser = noBrowser ? test.skip : test;
const because = noBrowser ? ` (${noBrowser})` : '';

let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-publish-'));
  registry = await startRegistry(folder);
  expect(await publishPackages(registry)).toEqual([
    'adapters',
    'cli',
    'core',
    'models',
    'onnx',
    'queue',
    'search',
    'server',
  ]);
}, 600_000);

afterAll(() => registry?.close());

/** A project of `consumers`, with what it lists installed from the registry. */
const consumer = (name: string): Promise<Consumer> =>
  createConsumer(path.join(__dirname, 'consumers', name), folder, registry);

const json = (printed: string): unknown => JSON.parse(printed.trim());

describe('Node', () => {
  const printed = {
    config: [0.75, 0.5, 0.25],
    share: expect.closeTo(0.6, 0),
    front: 12,
    evaluations: 492,
    ...answered,
  };

  test('ES modules: core, search and models', async () => {
    const project = await consumer('node-esm');
    const names = ['core', 'models', 'search'].map((name) => `@length-adaptive/${name}`);
    const published = await Promise.all(names.map((name) => registry.digest(name)));
    expect(lockedDigests(project)).toEqual(Object.fromEntries(names.map((name, i) => [name, published[i]])));
    expect(json(await project.run('node', 'main.js', model))).toEqual(printed);
  });

  test('CommonJS: core, search and models', async () => {
    expect(json(await (await consumer('node-cjs')).run('node', 'main.cjs', model))).toEqual(printed);
  });

  test('onnx on onnxruntime-node', async () => {
    expect(json(await (await consumer('onnx')).run('node', 'main.js', model))).toEqual(answered);
  });

  test('onnx and onnxruntime-node alone: no TensorFlow.js is installed, and what needs it says so', async () => {
    const project = await consumer('onnx-only');
    const { packages } = JSON.parse(readFileSync(path.join(project.folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(packages).filter((name) => name.includes('@tensorflow'))).toEqual([]);
    expect(json(await project.run('node', 'main.cjs', model))).toEqual(answered);
    expect(json(await project.run('node', 'main.js', model))).toEqual({
      ...answered,
      layers: 6,
      code: 'ERR_MODULE_NOT_FOUND',
      message: expect.stringContaining('@tensorflow/tfjs'),
    });
  });

  test('adapters, with the one library that a project has', async () => {
    expect(json(await (await consumer('adapters')).run('node', 'main.js'))).toEqual({
      isTheirs: true,
      rows: [[3], [5]],
      refused: 'ModelError INDEX_MISMATCH',
      missing: 'it needs nothing of Orama at run time',
    });
  });

  test('queue, which says that there is no Redis', async () => {
    const project = await consumer('queue');
    expect((await project.run('node', 'main.js', `redis://127.0.0.1:${await freePort()}`)).trim()).toBe(
      'QueueError REDIS_UNREACHABLE',
    );
  });
});

describe('Deno and Bun', () => {
  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('other-runtimes');
  });

  test.each([
    ['Deno', 'deno', ['run', '--allow-all', '--node-modules-dir=manual', 'main.js']],
    ['Bun', 'bun', ['main.js']],
  ])('%s: search, with its workers', async (runtime, command, args) => {
    expect(json(await project.run(command, ...args))).toEqual({ runtime, front: 8, evaluations: 32 });
  });
});

describe('TypeScript', () => {
  /** What TensorFlow.js 4.22.0 itself gets wrong in its types, however it is imported. */
  const errorsOfTfjs = [
    'tfjs-core/dist/hash_util.d.ts',
    'tfjs-layers/dist/engine/training.d.ts',
    'tfjs-layers/dist/keras_format/types.d.ts',
  ];

  let project: Consumer;
  beforeAll(async () => {
    project = await consumer('typescript');
  });

  test.each(['nodenext', 'bundler'])(
    '%s without skipLibCheck: the only wrong types are those of TensorFlow.js',
    async (kind) => {
      const config = `tsconfig.${kind}.json`;
      const printed = await project.run('tsc', '-p', config).catch(({ message }: Error) => message);
      const files = new Set([...printed.matchAll(/^(\S+)\(\d+,\d+\): error/gm)].map(([, file]) => file));
      expect([...files].sort()).toEqual(errorsOfTfjs.map((file) => `node_modules/@tensorflow/${file}`));
      await project.run('tsc', '-p', config, '--skipLibCheck');
    },
  );
});

describe('command line', () => {
  test('the CLI by npx', async () => {
    const project = await consumer('cli');
    expect(await project.run('npx', '--yes', '@length-adaptive/cli', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    const lines = await project.run(
      'npx',
      '--yes',
      '-p',
      '@length-adaptive/cli',
      'lat',
      'predict',
      '--model',
      model,
      '--budget',
      'cost=0.6',
      '--input',
      'reviews.txt',
    );
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
    ).toEqual([positive, id2label['0']]);
  });

  test('the server by npx', async () => {
    const project = await consumer('server');
    const { answer, printed, stillThere } = await serveByNpx(project, model, {
      text: 'a warm and funny film',
      budget_cost: 0.6,
    });
    expect(answer).toMatchObject(answered);
    expect(printed).toContain('length-adaptive-server listens on');
    expect(printed).not.toContain('error:');
    expect(stillThere).toBe(false);
  });
});

describe('bundlers, and their pages in Chromium', () => {
  /** What the page shows when it has answered. */
  const answerOf = async (folders: Readonly<Record<string, string>>): Promise<string | null> => {
    const server = await serveFolder({ ...folders, '/models/': path.dirname(model) });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(`${server.url}/index.html`);
      await page.locator('#answer:not(:empty)').waitFor({ timeout: 120_000 });
      expect(problems).toEqual([]);
      expect(await page.textContent('#backend')).toContain('WebAssembly');
      return await page.textContent('#answer');
    } finally {
      await browser.close();
      await server.close();
    }
  };
  const shown = new RegExp(`^${positive} \\(0\\.\\d+\\) for 0\\.\\d+ of the full cost$`);

  inBrowser(`Vite: the app of the README, with a worker${because}`, async () => {
    const app = path.resolve(__dirname, '../browser/bundle/app');
    const project = await createConsumer(app, folder, registry, ['@length-adaptive/models']);
    await project.run('npm', 'run', 'build');
    expect(await answerOf({ '/': path.join(project.folder, 'dist') })).toMatch(shown);
  });

  inBrowser(`webpack 5, with a worker${because}`, async () => {
    const project = await consumer('webpack');
    await project.run('webpack');
    expect(await answerOf({ '/': project.folder })).toMatch(shown);
  });
});
