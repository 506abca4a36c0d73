/** Nx, called the same way by every workspace script. */
import path from 'node:path';
import { runNode } from './run.mjs';
import { workspaceRoot } from './setup.mjs';

const NX = path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js');

/** No daemon and no full-screen interface: the same plain output on a terminal, in a pipe and in CI. */
const PLAIN = { NX_DAEMON: 'false', NX_TUI: 'false' };

/**
 * Runs one `nx` command; resolves to its exit code.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export const runNx = (args, env = {}) => runNode([NX, ...args], workspaceRoot, { ...PLAIN, ...env });

/**
 * Runs these targets of every project that has them; resolves to the exit code.
 *
 * @param {readonly string[]} targets
 * @param {{ env?: NodeJS.ProcessEnv, flags?: readonly string[] }} [options] `flags`: more of Nx's, such as `--projects=PATTERN`
 */
export const runTargets = (targets, { env = {}, flags = [] } = {}) =>
  runNx(['run-many', `--targets=${targets.join(',')}`, '--outputStyle=static', '--skipSync', ...flags], env);

/** Builds what is published, and not the documentation; resolves to the exit code. */
export const buildPackages = () => runTargets(['build'], { flags: ['--projects=packages/*'] });
