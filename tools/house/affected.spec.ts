import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { published, readManifest, root } from './published.js';

/** What a program of Node prints. */
const run = (args: readonly string[], input = ''): string =>
  execFileSync(process.execPath, [...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
    input,
    stdio: ['pipe', 'pipe', 'ignore'],
  });

/** What each package uses of the others, as its package.json says: the graph's own reading of the sources is what is tested. */
const uses = new Map(
  published.map((folder) => {
    const { name, dependencies, devDependencies, peerDependencies } = readManifest(folder);
    return [
      name,
      Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies }).filter((other) =>
        other.startsWith('@length-adaptive/'),
      ),
    ];
  }),
);

/** A package and every package that uses it, directly or through others, by their short names. */
const withDependents = (name: string): string[] => {
  const found = new Set([name]);
  for (const one of found) {
    for (const [other, used] of uses) if (used.includes(one)) found.add(other);
  }
  return [...found].map((other) => other.replace('@length-adaptive/', ''));
};

/** Workspaces that are not published and stand on top of packages. Nothing uses them. */
const unpublished = ['benchmarks', 'browser', 'docs', 'house', 'peers', 'publish'];

const packagesIn = (projects: readonly string[] | undefined): string[] =>
  (projects ?? []).filter((name) => !unpublished.includes(name)).sort();

const changes = [
  ...published.map((folder) => `${folder}/src/index.ts`),
  'apps/docs/index.md',
  'tools/house/links.spec.ts',
];

describe('affected', () => {
  let affected: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    const found = JSON.parse(run([path.join(__dirname, 'affected-by.mjs')], JSON.stringify(changes))) as string[][];
    affected = new Map(changes.map((file, i) => [file, found[i] ?? []]));
  });

  it.each(published)('a change in %s affects the packages that use it, and no other', (folder) => {
    expect(packagesIn(affected.get(`${folder}/src/index.ts`))).toEqual(
      withDependents(readManifest(folder).name).sort(),
    );
  });

  it('of search that is all packages but core', () => {
    expect(withDependents('@length-adaptive/search').sort()).toEqual([
      'adapters',
      'cli',
      'models',
      'onnx',
      'queue',
      'search',
      'server',
    ]);
  });

  it.each(['apps/docs/index.md', 'tools/house/links.spec.ts'])('a change in %s affects no package', (file) => {
    expect(affected.get(file)).toContain('house');
    expect(packagesIn(affected.get(file))).toEqual([]);
  });
});

// Nx names projects, whatever the file; whether a task must run again is for its inputs to say.
it('a README, a test or an API report is no input of a build, a source is', () => {
  const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
  const { files } = JSON.parse(run([nx, 'show', 'target', 'models:build', 'inputs', '--json'])) as {
    readonly files: readonly string[];
  };
  expect(files).toEqual(
    expect.arrayContaining([
      'packages/models/src/index.ts',
      'packages/core/src/cost.ts',
      'packages/search/src/pareto.ts',
    ]),
  );
  expect(
    files.filter((file) =>
      /^packages\/.*(README|\.spec\.ts$|\/(fixtures|testing)\/)|^packages\/[^/]+\/(api|examples)\//.test(file),
    ),
  ).toEqual([]);
});
