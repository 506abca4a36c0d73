import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '..');

const typeOf = (file: string): string =>
  `import type { X } from '${file}';\nexport type Y = X;\nexport interface X {}\n`;
const valueOf = (file: string): string => `import { x } from '${file}';\nexport const y = x;\n`;
const nothing = 'export const x = 1;\nexport interface X {}\n';

/** What it shows, the files of a tree by their path inside `packages`, the rules they break as `rule: from`. */
const CASES: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'a circle by a type alone',
    { 'queue/src/a.ts': valueOf('./b.js'), 'queue/src/b.ts': `${nothing}${typeOf('./a.js')}` },
    ['no-circular: queue/src/a.ts'],
  ],
  [
    'a circle of folders without one of files',
    {
      'search/src/one/a.ts': valueOf('../two/b.js'),
      'search/src/two/b.ts': nothing,
      'search/src/two/c.ts': typeOf('../one/d.js'),
      'search/src/one/d.ts': nothing,
    },
    ['no-folder-cycles: search/src/one', 'no-folder-cycles: search/src/two'],
  ],
  [
    'the type of a later room',
    { 'models/src/weights/x.ts': typeOf('../folder/x.js'), 'models/src/folder/x.ts': nothing },
    ['models-room-order: models/src/weights/x.ts'],
  ],
  [
    'an earlier room',
    { 'models/src/latency/x.ts': valueOf('../sources/x.js'), 'models/src/sources/x.ts': nothing },
    [],
  ],
  [
    'a room inside a room, which is later',
    { 'models/src/training/x.ts': valueOf('./distillation/x.js'), 'models/src/training/distillation/x.ts': nothing },
    ['models-room-order: models/src/training/x.ts'],
  ],
  [
    'a room from inside it',
    { 'models/src/training/distillation/y.ts': valueOf('../z.js'), 'models/src/training/z.ts': nothing },
    [],
  ],
  [
    'the index of its own package',
    { 'models/src/metrics/x.ts': valueOf('../index.js'), 'models/src/index.ts': nothing },
    ['models-room-imports-no-door: models/src/metrics/x.ts'],
  ],
  [
    'the errors of its own package',
    { 'models/src/priors/x.ts': valueOf('../errors.js'), 'models/src/errors.ts': nothing },
    [],
  ],
  [
    'a room that nobody listed',
    { 'models/src/tasks/x.ts': valueOf('../attic/x.js'), 'models/src/attic/x.ts': nothing },
    ['models-room-is-listed: models/src/tasks/x.ts'],
  ],
  [
    'a later room, from a test',
    { 'models/src/examples/x.spec.ts': valueOf('../search/x.js'), 'models/src/search/x.ts': nothing },
    [],
  ],
  [
    'a command from what commands share',
    { 'cli/src/data/x.ts': typeOf('../train/x.js'), 'cli/src/train/x.ts': nothing },
    ['cli-room-order: cli/src/data/x.ts'],
  ],
];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
}

/** What the rules of the repository say of a tree that holds the files of all cases. */
const cruise = (): readonly Violation[] => {
  const folder = mkdtempSync(path.join(tmpdir(), 'import-rules-'));
  try {
    copyFileSync(path.join(root, 'tsconfig.base.json'), path.join(folder, 'tsconfig.base.json'));
    for (const [file, code] of CASES.flatMap(([, files]) => Object.entries(files))) {
      mkdirSync(path.join(folder, 'packages', path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, 'packages', file), code);
    }
    const bin = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const config = path.join(root, '.dependency-cruiser.cjs');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [bin, '--config', config, '--output-type', 'json', 'packages'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const { summary } = JSON.parse(stdout) as { readonly summary: { readonly violations: readonly Violation[] } };
    return summary.violations.map(({ rule, from }) => ({ rule, from: from.replace('packages/', '') }));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('no circles, and rooms import only rooms before them', () => {
  let violations: readonly Violation[];
  beforeAll(() => {
    violations = cruise();
  });

  it('the files of a case stand in no other', () => {
    const files = CASES.flatMap(([, own]) => Object.keys(own));
    expect(files).toEqual([...new Set(files)]);
  });

  it.each(CASES)('%s', (_, files, rules) => {
    const isOf = (from: string): boolean =>
      Object.keys(files).some((file) => file === from || file.startsWith(`${from}/`));
    const own = violations.filter(({ from }) => isOf(from));
    expect(own.map(({ rule, from }) => `${rule.name}: ${from}`).sort()).toEqual(rules);
  });
});
