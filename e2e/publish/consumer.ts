import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '@length-adaptive/tools/testing/run-command';
import type { Registry } from './registry.js';

/** Somebody's project that uses our packages from the registry. */
export interface Consumer {
  readonly folder: string;
  /** Runs a program of the project, `node`, `npx` or one of its `node_modules/.bin`, and gives what it printed. */
  run(command: string, ...args: string[]): Promise<string>;
}

/**
 * Copies a project into a folder of its own and installs what its package.json lists; the lock file is the project's own.
 *
 * @param template the folder that is copied
 * @param parent where the copy is made
 * @param add more packages, as one names them to `npm install`
 */
export const createConsumer = async (
  template: string,
  parent: string,
  registry: Registry,
  add: readonly string[] = [],
): Promise<Consumer> => {
  const folder = mkdtempSync(path.join(parent, `${path.basename(template)}-`));
  cpSync(template, folder, { recursive: true });
  writeFileSync(path.join(folder, '.npmrc'), registry.npmrc);
  // npx hands this repository's settings on; a stranger has npm's own.
  const env = { ...registry.env, npm_config_ignore_scripts: 'false', ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const run = (command: string, ...args: string[]): Promise<string> => {
    const own = path.join(folder, 'node_modules/.bin', command);
    return runCommand(existsSync(own) ? own : command, args, { cwd: folder, env });
  };
  if (existsSync(path.join(folder, 'package.json'))) await run('npm', 'install', ...add);
  return { folder, run };
};

/** The digests of our packages in the lock file of a project. */
export const lockedDigests = ({ folder }: Consumer): Record<string, string | undefined> => {
  const { packages } = JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string }>;
  };
  const ours = Object.entries(packages).filter(([place]) => place.startsWith('node_modules/@length-adaptive/'));
  return Object.fromEntries(ours.map(([place, { integrity }]) => [place.slice('node_modules/'.length), integrity]));
};
