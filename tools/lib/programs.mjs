/** The programs that tests start and npm does not have: Debian's packages, each named like its command. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { runQuietly } from './run.mjs';
import { workspaceRoot } from './setup.mjs';
import { hasVulkanDriver, installVulkanDriver } from './vulkan-driver.mjs';

/** redis-server: `packages/queue` and `lat worker`. chromium: `packages/server` and `e2e/browser`. nginx: `packages/server`. */
const programs = ['redis-server', 'chromium', 'nginx'];

/** Where Debian asks whether a package may start its service; 101 is no. */
const servicePolicy = '/usr/sbin/policy-rc.d';

/** Servers stand in /usr/sbin, which is not on the path of everybody. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };

/** @param {string} program */
export const isInstalled = (program) => spawnSync(program, ['--version'], { stdio: 'ignore', env }).error === undefined;

/**
 * Runs a command line while no package that it installs may start its service: tests start their own.
 *
 * @param {string} command
 */
const runWithoutServices = async (command) => {
  const ours = !existsSync(servicePolicy);
  if (ours) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await runQuietly(command, workspaceRoot);
  } finally {
    if (ours) rmSync(servicePolicy);
  }
};

/**
 * Installs what is missing, where this process may.
 *
 * @param {string} names what is missing, for people
 * @param {string} without what becomes of tests without it
 * @param {() => Promise<number>} install gives an exit code
 */
const installMissing = async (names, without, install) => {
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) {
    console.log(`set-up: not installed: ${names}, and only root can do that, with apt-get; ${without}.`);
    return;
  }
  console.log(`set-up: not installed: ${names}; installing it with apt-get ...`);
  if ((await install()) !== 0)
    console.log(`set-up: ${names} could not be installed, the message is above; ${without}.`);
};

/** Installs what is missing, where this process may; where not, the tests that need it are skipped, and say why. */
export const setUpPrograms = async () => {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${missing.join(' ')}`;
    await installMissing(missing.join(', '), 'the tests that need it are skipped', () => runWithoutServices(install));
  }
  if (process.platform === 'linux' && !hasVulkanDriver()) {
    await installMissing(
      'a Vulkan driver',
      "the tests of WebGPU in Node run on Chromium's, which is slower, or are skipped",
      () => installVulkanDriver(runWithoutServices),
    );
  }
};
