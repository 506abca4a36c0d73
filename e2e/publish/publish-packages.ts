import { readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '@length-adaptive/tools/testing/run-command';
import type { Registry } from './registry.js';

const packages = path.resolve(__dirname, '../../packages');

/** Publishes every package, as it is built, and gives their folders' names. */
export const publishPackages = async ({ url, env }: Registry): Promise<string[]> => {
  const names = readdirSync(packages);
  for (const name of names) {
    await runCommand(
      'npm',
      [
        'publish',
        `--@length-adaptive:registry=${url}`,
        `--registry=${url}`,
        `--${url.slice('http:'.length)}:_authToken=anybody`,
      ],
      { cwd: path.join(packages, name), env },
    );
  }
  return names;
};
