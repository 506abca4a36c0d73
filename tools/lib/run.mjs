/** Child processes for the workspace scripts: each helper resolves to the exit code. Plain Node, no dependencies. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

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
 * Resolves to the exit code of a child and to what it prints.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
const captured = async (child) => {
  /** @type {Buffer[]} */
  const output = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const code = await exitCode(child);
  return { code, output: Buffer.concat(output).toString() };
};

/**
 * Runs `node` with these arguments; resolves to its exit code and to what it prints.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env] what to add to the environment
 */
export const captureNode = (args, cwd, env = {}) =>
  captured(spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));

/**
 * Runs `node` with these arguments, its output goes to a file; resolves to its exit code.
 *
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {object} options
 * @param {NodeJS.ProcessEnv} options.env what to add to the environment
 * @param {number} options.output an open file
 * @param {(event: any) => void} options.onEvent gets each line of JSON that it writes to file descriptor 3
 */
export const listenToNode = async (args, cwd, { env, output, onEvent }) => {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output, 'pipe'],
  });
  const ended = exitCode(child);
  const events = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  for await (const line of createInterface({ input: events })) onEvent(JSON.parse(line));
  return ended;
};

/**
 * Runs a fixed command line through the shell, its output is shown only where it fails.
 *
 * @param {string} command
 * @param {string} cwd
 */
export const runQuietly = async (command, cwd) => {
  const { code, output } = await captured(spawn(command, { cwd, shell: true, stdio: ['ignore', 'pipe', 'pipe'] }));
  if (code !== 0) process.stderr.write(output);
  return code;
};
