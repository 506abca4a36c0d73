import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Outcome } from './run-main.js';

const bin = join(__dirname, '../bin.ts');
const loader = pathToFileURL(require.resolve('tsx')).href;
/** For a worker, whose threads run sources too. */
const threadLoader = pathToFileURL(require.resolve('@length-adaptive/tools/testing/typescript.mjs')).href;

/** A child process that runs the sources of the command line. */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly done: Promise<Outcome>;
}

/**
 * Starts the command line as a process of its own; `stdout` may be an open file, and is then not caught.
 *
 * @param env variables beside those of this process
 */
export const startChild = (
  argv: readonly string[],
  cwd: string,
  stdout: number | 'pipe' = 'pipe',
  env: Readonly<Record<string, string>> = {},
): Child => {
  const child = spawn(
    process.execPath,
    ['--conditions=@length-adaptive/source', '--import', argv[0] === 'worker' ? threadLoader : loader, bin, ...argv],
    { cwd, stdio: ['pipe', stdout, 'pipe'], env: { ...process.env, ...env } },
  ) as ChildProcessWithoutNullStreams;
  const caught = { stdout: '', stderr: '' };
  for (const name of stdout === 'pipe' ? (['stdout', 'stderr'] as const) : (['stderr'] as const))
    child[name].setEncoding('utf8').on('data', (text: string) => (caught[name] += text));
  const done = new Promise<Outcome>((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, ...caught })));
  return { process: child, done };
};
