import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const loader = require.resolve('./typescript.mjs');

/** A TypeScript file that runs as a process of its own. */
export interface TestProcess {
  readonly child: ChildProcess;
  /** What it printed so far. */
  printed(): string;
  /** Waits until it has printed this. */
  has(text: string): Promise<void>;
  /** Waits until it is gone: its exit code, or the signal that ended it. */
  exit(): Promise<number | NodeJS.Signals | null>;
  /** Sends a signal, and waits until it is gone; gives its exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** How a process is started. */
interface ProcessOptions {
  readonly args?: readonly string[];
  /** Added to this process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Starts a file by its path. */
export const startProcess = (
  path: string,
  { args = [], env = {}, cwd = process.cwd() }: ProcessOptions = {},
): TestProcess => {
  const child = spawn(process.execPath, ['--conditions=@length-adaptive/source', '--import', loader, path, ...args], {
    cwd,
    env: { ...process.env, FORCE_COLOR: '0', ...env },
  });
  let printed = '';
  let heard = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      printed += String(text);
      heard();
    });
  }
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const exit = async (): Promise<number | NodeJS.Signals | null> => {
    const [code, by] = await exited;
    return code ?? by;
  };
  const failed = exited.then(([code]): never => {
    throw new Error(`ended with ${code}: ${printed}`);
  });
  failed.catch(() => undefined);
  return {
    child,
    printed: () => printed,
    has: (text) => {
      const found = new Promise<void>((resolve) => {
        heard = () => {
          if (printed.includes(text)) resolve();
        };
        heard();
      });
      return Promise.race([found, failed]);
    },
    exit,
    end: (signal) => {
      child.kill(signal);
      return exit();
    },
  };
};
