import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the site, and of the repository it stands in. */
export const siteFolder = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const workspaceFolder = path.join(siteFolder, '../..');
export const repository = 'https://github.com/length-adaptive/length-adaptive';

/** One door of a published package: what a reader writes after `from`, and the source behind it. */
export interface EntryPoint {
  readonly specifier: string;
  readonly source: string;
  /** What is behind it, in a sentence or two. */
  readonly description: string;
}

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | { readonly '@length-adaptive/source'?: string }>>;
}

/** The order in which packages are shown: start here, then what is around it. */
const shown = ['models', 'cli', 'core', 'search', 'onnx', 'server', 'adapters', 'queue'];

/** Names of the published packages' folders: known ones in the order of the site, then others. */
const packageNames = (): string[] => {
  const rank = (name: string): number => (shown.includes(name) ? shown.indexOf(name) : shown.length);
  return readdirSync(path.join(workspaceFolder, 'packages')).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
};

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(path.join(workspaceFolder, 'packages', name, 'package.json'), 'utf8')) as Manifest;

/** The first paragraph of the comment that a file begins with, on one line; empty where it begins with none. */
const firstWords = (file: string): string => {
  const [, comment = ''] = /^\/\*\*([^]*?)\*\//.exec(readFileSync(file, 'utf8')) ?? [];
  const [paragraph = ''] = comment
    .replace(/^ *\* ?/gm, '')
    .trim()
    .split(/\n\n|\n@/);
  return paragraph.replaceAll('\n', ' ').replace(/, as the sub-path `[^`]+`/, '');
};

/** All entry points that the packages' `exports` list, sub-paths included. */
export const entryPoints = (): EntryPoint[] =>
  packageNames().flatMap((folder) => {
    const { name, description, exports } = manifestOf(folder);
    return Object.entries(exports).flatMap(([door, conditions]) => {
      const own = typeof conditions === 'string' ? undefined : conditions['@length-adaptive/source'];
      if (own === undefined) return [];
      const source = path.join(workspaceFolder, 'packages', folder, own);
      return [
        {
          specifier: path.posix.join(name, door),
          source,
          description: door === '.' ? description : firstWords(source),
        },
      ];
    });
  });
