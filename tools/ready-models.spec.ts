/** The packages of models that are ready to use: what is in them, and that a stranger's three lines run with them installed. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from './testing/run-command.js';
import { startProcess } from './testing/start-process.js';

const root = path.resolve(__dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'ready-models-'));
const project = path.join(folder, 'project');
const names = ['sentiment', 'question-answering', 'embeddings'];
const npm = (cwd: string, ...args: readonly string[]): Promise<string> => runCommand('npm', args, { cwd });

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

beforeAll(() => runCommand('node', ['tools/ready-models.mjs', folder], { cwd: root }));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(names)('%s packs what a model needs, and says where it comes from', async (name) => {
  const own = path.join(folder, name);
  const [packed] = JSON.parse(await npm(own, 'pack', '--dry-run', '--json')) as [Packed];
  expect(packed.name).toBe(`@length-adaptive/${name}`);
  const files = packed.files.map((file) => file.path);
  for (const file of [
    'LICENSE',
    'README.md',
    'config.json',
    'length_adaptive.json',
    'model.safetensors',
    'package.json',
    'tokenizer.json',
  ])
    expect(files).toContain(file);
  expect(packed.size).toBeLessThan(18e6);
  const { license, model, version } = JSON.parse(readFileSync(path.join(own, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(license).toBe('Apache-2.0');
  expect(version).toBe(
    (JSON.parse(readFileSync(path.join(root, 'packages/models/package.json'), 'utf8')) as { version: string }).version,
  );
  expect(model).toMatchObject({
    data: expect.stringMatching(/SST-2|SQuAD/) as string,
    weights: { license: 'Apache-2.0' },
    made: expect.stringMatching(/^npm run bench -- /) as string,
  });
});

test.each(names)('the card of %s has every point of its evaluation', (name) => {
  const card = readFileSync(path.join(folder, name, 'README.md'), 'utf8');
  const { paretoSet } = JSON.parse(readFileSync(path.join(folder, name, 'length_adaptive.json'), 'utf8')) as {
    paretoSet: { cost: number; score: number; heldOutScore?: number; flips?: number }[];
  };
  expect(paretoSet.length).toBeGreaterThan(5);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  for (const { cost, score, heldOutScore, flips } of paretoSet) {
    const row = card.split('\n').find((line) => line.startsWith(`| ${cost.toFixed(3)} |`));
    expect(row).toContain(heldOutScore === undefined ? score.toFixed(3) : percent(heldOutScore));
    if (flips !== undefined) expect(row).toContain(`| ${percent(flips)} |`);
  }
  expect(card).toMatch(/Data: .*(SST-2|SQuAD)/);
  expect(card).toContain('Apache License 2.0');
});

test('installed in a project of a stranger, the lines of each card run', async () => {
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const tarballs: string[] = [];
  for (const name of names) {
    const [{ filename }] = JSON.parse(
      await npm(path.join(folder, name), 'pack', '--json', '--pack-destination', folder),
    ) as [Packed];
    tarballs.push(path.join(folder, filename));
  }
  await npm(project, 'install', '--offline', '--no-audit', '--no-fund', ...tarballs);
  expect(readdirSync(path.join(project, 'node_modules/@length-adaptive')).sort()).toEqual([...names].sort());
  symlinkSync(path.join(root, 'packages/models'), path.join(project, 'node_modules/@length-adaptive/models'));
  const printed: string[] = [];
  for (const name of names) {
    const card = readFileSync(path.join(folder, name, 'README.md'), 'utf8');
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(card) ?? [];
    expect(code).toContain(`load('npm:@length-adaptive/${name}')`);
    const file = path.join(project, `${name}.js`);
    writeFileSync(file, code);
    const run = startProcess(file, { cwd: project });
    const exit = await run.exit();
    expect({ name, exit, printed: run.printed() }).toEqual({ name, exit: 0, printed: expect.any(String) as string });
    printed.push(run.printed());
  }
  expect(printed[0]).toMatch(/positive 0\.\d+ 0\.\d+ of the computation/);
  expect(printed[1]).toMatch(/Maria Keller 0\.\d+ of the computation/);
  expect(printed[2]).toMatch(/384 [01]\.\d+ of the computation/);
  writeFileSync(
    path.join(project, 'absent.js'),
    "import { load } from '@length-adaptive/models';\nawait load('npm:@length-adaptive/absent');",
  );
  const absent = startProcess(path.join(project, 'absent.js'), { cwd: project });
  expect(await absent.exit()).not.toBe(0);
  expect(absent.printed()).toContain('npm install @length-adaptive/absent');
}, 300_000);
