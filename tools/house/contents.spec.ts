import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { published, readManifest, root } from './published.js';

/** What may be in a package besides its licence, its README, package.json and dist. */
const more: Readonly<Record<string, RegExp>> = {
  // Containerfile, Kubernetes, nginx and Grafana: packages/server/deploy/README.md describes them; the proto that gRPC clients are made from.
  'packages/server': /^(deploy|proto)\//,
};

/** The paths that npm would put into the package. */
const packed = (folder: string): readonly string[] => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: path.join(root, folder),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const [{ files } = { files: [] }] = JSON.parse(output) as readonly {
    readonly files: readonly { readonly path: string }[];
  }[];
  return files.map((file) => file.path);
};

/** Every path in a tree of export conditions, but for the sources, which only this workspace reads. */
const targets = (node: unknown): string[] =>
  typeof node === 'string'
    ? [node]
    : Object.entries(node ?? {}).flatMap(([condition, below]) =>
        condition === '@length-adaptive/source' ? [] : targets(below),
      );

describe.each(published)('%s', (folder) => {
  let files: readonly string[];
  beforeAll(() => {
    files = packed(folder);
  });

  it('holds what was built, its README, its licence and nothing else', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'dist/index.js',
        'dist/index.cjs',
        'dist/index.d.ts',
        'dist/index.d.cts',
      ]),
    );
    const expected = /^(LICENSE|README\.md|package\.json|dist\/.+\.(c|m)?js|dist\/.+\.d\.(c|m)?ts|dist\/.+\.wasm)$/;
    expect(files.filter((file) => !expected.test(file) && !more[folder]?.test(file))).toEqual([]);
  });

  it('holds no test', () => {
    expect(files.filter((file) => /\.spec\.|(^|\/)(testing|fixtures)\//.test(file))).toEqual([]);
  });

  it('holds everything that its package.json points at', () => {
    const { main, module, types, bin = {}, exports } = readManifest(folder);
    const pointed = [main, module, types, ...Object.values(bin), ...targets(exports)].map((file) =>
      path.posix.normalize(file),
    );
    expect(pointed.length).toBeGreaterThan(4);
    expect(pointed.filter((file) => !files.includes(file))).toEqual([]);
  });

  it('points at no source map that is not there', () => {
    const lost = files
      .filter((file) => /\.(c|m)?[jt]s$/.test(file))
      .flatMap((file) => {
        const map = /\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/.exec(
          readFileSync(path.join(root, folder, file), 'utf8'),
        )?.[1];
        return map === undefined || existsSync(path.join(root, folder, path.dirname(file), map))
          ? []
          : [`${file} -> ${map}`];
      });
    expect(lost).toEqual([]);
  });

  it('holds nothing of the machine that built it', () => {
    const text = (file: string): string => readFileSync(path.join(root, folder, file), 'utf8');
    expect(files.filter((file) => /\.(c|m)?[jt]s$/.test(file) && text(file).includes(root))).toEqual([]);
  });
});
