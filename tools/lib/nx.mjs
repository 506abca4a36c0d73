/** Nx, called the same way by every workspace script. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { captureNode, listenToNode } from './run.mjs';
import { workspaceRoot } from './setup.mjs';
import { showSteps } from './steps.mjs';

/** No daemon and no full-screen interface: the same on a terminal, in a pipe and in CI. */
const PLAIN = { NX_DAEMON: 'false', NX_TUI: 'false' };

/** @typedef {{ project: string, target: string } & import('./steps.mjs').Ended} Task */

/**
 * Runs these targets of every project that has them: a line for each task as it ends, with the seconds it took, and the whole output of
 * what failed. The output of the others is in a file.
 *
 * @param {readonly string[]} targets
 * @param {{ flags?: readonly string[], name?: string, root?: string }} [options] `flags`: more of Nx's, such as
 *   `--projects=PATTERN`; `name`: of that file; `root`: of the workspace
 * @returns {Promise<{ code: number, tasks: Task[] }>} `tasks`: also those that were not run because what they depend on failed
 */
export const runTargets = async (targets, { flags = [], name = targets.join('-'), root = workspaceRoot } = {}) => {
  const log = path.join(root, 'test-results/logs', `${name}.txt`);
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, 'w');
  const steps = showSteps();
  /** @type {Task[]} */
  const tasks = [];
  const code = await listenToNode(
    [
      '--require',
      path.join(workspaceRoot, 'tools/nx-report-steps.cjs'),
      path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js'),
      'run-many',
      `--targets=${targets.join(',')}`,
      '--outputStyle=static',
      '--skipSync',
      ...flags,
    ],
    root,
    {
      env: PLAIN,
      output,
      onEvent({ type, ...event }) {
        if (type === 'run') steps.expect(event.tasks);
        if (type === 'start') steps.start(event.step);
        if (type !== 'end') return;
        steps.end(event);
        tasks.push(event);
      },
    },
  );
  steps.close();
  closeSync(output);
  // Nx itself: a task that does not exist, a project graph that cannot be read.
  if (tasks.length === 0 || (code !== 0 && tasks.every(({ status }) => status !== 'failure')))
    process.stderr.write(readFileSync(log));
  if (code !== 0) console.log(`\nWhat every task printed: ${path.relative(process.cwd(), log)}`);
  // Nx ends with 130 where something was not run, as if somebody had stopped it.
  return { code: code === 0 ? 0 : 1, tasks };
};

/** Builds what is published, and not the documentation; resolves to the exit code. */
export const buildPackages = async () => (await runTargets(['build'], { flags: ['--projects=packages/*'] })).code;

/**
 * Whether the references in tsconfig.json files are those of package.json files, as a task like the others.
 *
 * @returns {Promise<Task>}
 */
export const checkSync = async () => {
  const steps = showSteps();
  const step = 'workspace:sync';
  const start = performance.now();
  steps.start(step);
  const nx = path.join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js');
  const { code, output } = await captureNode([nx, 'sync:check'], workspaceRoot, PLAIN);
  const status = code === 0 ? 'success' : 'failure';
  const task = { project: 'workspace', target: 'sync', step, status, seconds: (performance.now() - start) / 1000 };
  steps.end({ ...task, output });
  steps.close();
  return task;
};
