import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where a command runs, and what is added to its environment. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end, and gives what it printed on stdout.
 *
 * @throws Error with all that it printed, where it ends with another code than 0
 */
export const runCommand = async (
  command: string,
  args: readonly string[],
  { cwd, env = {} }: CommandOptions,
): Promise<string> => {
  try {
    const { stdout } = await execute(command, args, {
      cwd,
      env: { ...process.env, FORCE_COLOR: '0', ...env },
      maxBuffer: 64 * 2 ** 20,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr || message}`, { cause: error });
  }
};
