import { readFile } from 'node:fs/promises';
import { CommanderError } from 'commander';
import pico from 'picocolors';
import type { Command, Context } from './context/command.js';
import { adaptCommand } from './adapt/command.js';
import { benchCommand } from './bench/command.js';
import { demoCommand } from './demo/command.js';
import { compressCommand } from './compress/command.js';
import { distillCommand } from './distill/command.js';
import { evaluateCommand } from './evaluate/command.js';
import { exportCommand } from './export/command.js';
import { factoriseCommand } from './factorise/command.js';
import { inspectCommand } from './inspect/command.js';
import { embedCommand } from './embed/command.js';
import { predictCommand } from './predict/command.js';
import { rerankCommand } from './rerank/command.js';
import { searchCommand } from './search/command.js';
import { trainCommand } from './train/command.js';
import { workerCommand } from './search/worker-command.js';
import { CliError, messageOf } from './context/errors.js';
import { exitCodeOf, exitCodes, knownCode } from './context/exit-codes.js';
import type { Io } from './context/io.js';
import { isDebugging, wantsColor } from './context/io.js';
import type { Options, Settings } from './context/option.js';
import { readConfig, readFlags, savedSettings, settle } from './context/settings.js';
import { createProgram } from './program.js';
import type { Invocation } from './program.js';
import { createProgress } from './context/progress.js';
import { resumedSettings } from './resumed-settings.js';
import { serve, serveCommand } from './serve-command.js';

const commands: readonly Command[] = [
  trainCommand,
  distillCommand,
  adaptCommand,
  searchCommand,
  evaluateCommand,
  predictCommand,
  rerankCommand,
  embedCommand,
  inspectCommand,
  compressCommand,
  factoriseCommand,
  exportCommand,
  benchCommand,
  workerCommand,
  demoCommand,
];

/** `help NAME` as `NAME --help`: a command's options are loaded when it is run, which for its help alone it is not. */
const asFlag = (argv: readonly string[]): string[] => {
  const [first, name = ''] = argv;
  return first === 'help' && commands.some((command) => command.name === name) ? [name, '--help'] : [...argv];
};

const readConfigFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError('CONFIG_NOT_FOUND', `The configuration file ${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
};

const contextOf = (io: Io, args: readonly string[], { quiet, color }: Settings<Options>): Context => ({
  io,
  args,
  color: wantsColor(io.stdout, io.env, color === true),
  signal: io.signal,
  print: (line) => void io.stdout.write(`${line}\n`),
  note: (line) => {
    if (quiet !== true) io.stderr.write(`${line}\n`);
  },
  progress: (label, unit) => createProgress(io.stderr, label, { unit, quiet: quiet === true }),
});

const invoke = async (invocation: Invocation, io: Io): Promise<void> => {
  const { command, options, args, flags, configFile, printConfig } = invocation;
  const fromFile = configFile === undefined ? {} : readConfig(options, await readConfigFile(configFile), configFile);
  const given = { ...fromFile, ...readFlags(options, flags) };
  const settings = await resumedSettings(command, options, given, settle(options, given));
  const context = contextOf(io, args, settings);
  if (printConfig) context.print(JSON.stringify(savedSettings(options, settings), null, 2));
  else await command.run(settings, context);
};

const report = (error: unknown, io: Io, json: boolean): number => {
  const colors = pico.createColors(wantsColor(io.stderr, io.env, true));
  const isUsage = error instanceof CommanderError;
  const code = isUsage ? 'USAGE' : (knownCode(error) ?? 'UNEXPECTED');
  const message = messageOf(error).replace(/^error: /, '');
  const nearest = error instanceof Error && 'nearest' in error ? error.nearest : undefined;
  const hint =
    code === 'UNEXPECTED' ? ' This is a fault of the program; DEBUG=length-adaptive shows where it happened.' : '';
  if (json)
    io.stderr.write(`${JSON.stringify({ error: { code, message, ...(nearest !== undefined && { nearest }) } })}\n`);
  else io.stderr.write(`${colors.red(code === 'ABORTED' ? 'interrupted:' : 'error:')} ${message}${hint}\n`);
  if (isDebugging(io.env) && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return isUsage ? exitCodes.usage : exitCodeOf(error);
};

/**
 * Runs the `length-adaptive` command line.
 *
 * @param argv what comes after the program's name
 * @param io streams and environment. Default: those of this process
 * @returns the exit code; nothing is thrown and the process is not ended
 * @example
 * const code = await main(['predict', '--model', 'models/reviews', '--budget', 'cost=0.5', 'A fine film.']);
 */
export const main = async (
  argv: readonly string[],
  { stdout, stderr, stdin, env, signal }: Partial<Io> = {},
): Promise<number> => {
  const io: Io = {
    stdout: stdout ?? process.stdout,
    stderr: stderr ?? process.stderr,
    stdin: stdin ?? process.stdin,
    env: env ?? process.env,
    signal,
  };
  let invocation: Invocation | undefined;
  const program = createProgram(commands, io, (found) => {
    invocation = found;
  });
  try {
    if (argv[0] === serveCommand.name) return await serve(argv.slice(1), io);
    await program.parseAsync(asFlag(argv), { from: 'user' });
    if (invocation) await invoke(invocation, io);
    return exitCodes.ok;
  } catch (error) {
    // Help and version are thrown too, after they were printed.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
    return report(error, io, argv.includes('--json'));
  }
};
