/** Something text is written to: `process.stdout` fits. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of a terminal in characters. */
  readonly columns?: number;
}

/** The world a command runs in. */
export interface Io {
  /** Data, and nothing else. */
  readonly stdout: Output;
  /** Progress, notes and errors. */
  readonly stderr: Output;
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires when the user interrupts. */
  readonly signal?: AbortSignal | undefined;
}

/** Whether to colour what goes to `output`: on a terminal, unless the user or the terminal says no. */
export const wantsColor = ({ isTTY }: Output, env: Io['env'], asked: boolean): boolean =>
  asked && isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';

/** Whether stack traces may be shown. */
export const isDebugging = (env: Io['env']): boolean =>
  (env['DEBUG'] ?? '').split(/[\s,]+/).includes('length-adaptive');
