import type { Io } from './io.js';
import type { Options, Settings } from './option.js';
import type { Progress } from './progress.js';

/** What a running command has at hand. */
export interface Context {
  readonly io: Io;
  /** What was given without a flag. */
  readonly args: readonly string[];
  /** Whether stdout may be coloured. */
  readonly color: boolean;
  readonly signal: AbortSignal | undefined;
  /** Writes a line of data to stdout. */
  print(line: string): void;
  /** Writes a line to stderr, unless the user wants quiet. */
  note(line: string): void;
  progress(label: string, unit: string): Progress;
}

/** A command: what it takes, and what it does. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  /** Longer text and examples for `--help`. */
  readonly help: string;
  /** What comes without a flag, as commander writes it: `[text...]`. */
  readonly argument?: { readonly name: string; readonly description: string };
  /** What it takes, loaded for the command that is asked for alone: options know what the library offers. */
  options(): Promise<O>;
  /** Where the settings of an interrupted run stand, for a command that can resume. */
  readonly savedConfig?: (settings: Settings<O>) => Promise<string | undefined>;
  /** Options that may differ from the interrupted run's. */
  readonly mayChange?: readonly (keyof O & string)[];
  run(settings: Settings<O>, context: Context): Promise<void>;
}

/** A command whose settings are known to it alone, to stand in a list with others. */
export const defineCommand = <O extends Options>(command: Command<O>): Command => command as unknown as Command;
