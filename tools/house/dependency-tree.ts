import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './published.js';

/** One installed package, as package-lock.json says it. */
export interface Installed {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What package-lock.json has installed, by folder. */
const installed = (): Readonly<Record<string, Installed>> =>
  (
    JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
      readonly packages: Record<string, Installed>;
    }
  ).packages;

/** The folder in which a package finds a dependency: its own node_modules, then those of the folders above. */
const folderOf = (name: string, from: string, packages: Readonly<Record<string, Installed>>): string | undefined => {
  for (let folder = from; ; folder = path.posix.dirname(folder)) {
    const candidate = path.posix.join(folder === '.' ? '' : folder, 'node_modules', name);
    if (candidate in packages) return candidate;
    if (folder === '.' || folder === '') return undefined;
  }
};

/**
 * Everything that users of the published packages install with them: dependencies, and theirs, and peers that are installed here.
 *
 * @param folders of the published packages, from the root of the workspace
 * @returns by folder of node_modules, without the packages of the workspace themselves
 */
export const productionTree = (folders: readonly string[]): ReadonlyMap<string, Installed> => {
  const packages = installed();
  const found = new Map<string, Installed>();
  const open = [...folders];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const { dependencies, optionalDependencies, peerDependencies } = packages[folder] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const at = folderOf(name, folder, packages);
      const entry = at === undefined ? undefined : packages[at];
      if (at === undefined || entry === undefined || entry.link || found.has(at)) continue;
      found.set(at, entry);
      open.push(at);
    }
  }
  return found;
};
