/** Child processes for the workspace scripts: each helper resolves to the exit code. Plain Node, no dependencies. */
import { spawn } from 'node:child_process';

/**
 * Resolves to the exit code of a child; 1 where it was killed or could not start.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
const exitCode = (child) =>
  new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });

/**
 * Runs `node` with these arguments; its output goes to ours.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env] what to add to the environment
 */
export const runNode = (args, cwd, env = {}) =>
  exitCode(
    spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] }),
  );

/**
 * Runs a fixed command line through the shell (npm is a .cmd file on Windows); its output goes to ours.
 *
 * @param {string} command
 * @param {string} cwd
 */
export const runShell = (command, cwd) =>
  exitCode(spawn(command, { cwd, shell: true, stdio: ['ignore', 'inherit', 'inherit'] }));

/**
 * The same, but its output is shown only where it fails.
 *
 * @param {string} command
 * @param {string} cwd
 */
export const runQuietly = async (command, cwd) => {
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const code = await exitCode(child);
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  return code;
};
