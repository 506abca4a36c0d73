import type { Io } from '../context/io.js';
import { main } from '../main.js';

/** What a run of the command line gave. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run it. */
export interface RunMainOptions {
  readonly stdin?: string;
  readonly env?: Io['env'];
  readonly signal?: AbortSignal;
  /** Pretend that stdout and stderr are a terminal of this width. */
  readonly terminal?: number;
}

/** Runs `main` in this process with its streams caught. */
export const runMain = async (
  argv: readonly string[],
  { stdin = '', env = {}, signal, terminal }: RunMainOptions = {},
): Promise<Outcome> => {
  const caught = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof caught) => ({
    write: (text: string) => {
      caught[name] += text;
    },
    ...(terminal !== undefined && { isTTY: true, columns: terminal }),
  });
  const chunks = async function* () {
    yield stdin;
  };
  const code = await main(argv, { stdout: stream('stdout'), stderr: stream('stderr'), stdin: chunks(), env, signal });
  return { code, ...caught };
};

/** Options that make runs small and the same everywhere. */
export const small = ['--backend', 'wasm', '--threads', '1'];
