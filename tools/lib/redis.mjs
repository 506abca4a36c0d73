/** The Redis that the tests of `packages/queue` and of `lat worker` start: Debian's redis-server. */
import { spawnSync } from 'node:child_process';
import { runQuietly } from './run.mjs';
import { workspaceRoot } from './setup.mjs';

/** @param {string} command */
const exists = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Whether tests can start a Redis; an input of theirs, so that a run which skipped them is not taken for one that has them. */
export const hasRedis = () => exists('redis-server');

/** Installs redis-server where it is missing and this process may; where not, the tests that need it are skipped, and say why. */
export const setUpRedis = async () => {
  if (hasRedis()) return;
  const skipped = 'the tests that need it are skipped';
  if (process.getuid?.() !== 0 || !exists('apt-get')) {
    console.log(`set-up: redis-server is not installed, and only root can do that, with apt-get; ${skipped}.`);
    return;
  }
  console.log('set-up: redis-server is not installed; installing it with apt-get ...');
  const code = await runQuietly('apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server', workspaceRoot);
  if (code !== 0) console.log(`set-up: redis-server could not be installed, its message is above; ${skipped}.`);
};
