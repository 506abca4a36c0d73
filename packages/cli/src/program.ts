import { Command as Program, Option as Flag } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Command } from './context/command.js';
import type { Options } from './context/option.js';
import { exitCodeHelp } from './context/exit-codes.js';
import type { Io } from './context/io.js';
import type { Given } from './context/settings.js';
import { flagOf } from './context/settings.js';
import { serveCommand } from './serve-command.js';

/** What the user asked for. */
export interface Invocation {
  readonly command: Command;
  readonly options: Options;
  readonly args: readonly string[];
  /** Options given as flags, not yet read. */
  readonly flags: Given;
  readonly configFile: string | undefined;
  readonly printConfig: boolean;
}

/** The flags of options. A second spelling comes after the first. */
const flagsOf = (options: Options): Flag[] =>
  Object.entries(options).flatMap(([key, { placeholder, description, fallback, alias, negation }]) => {
    const name = placeholder === undefined && fallback === true ? `--no-${flagOf(key).slice(2)}` : flagOf(key);
    const value = placeholder === undefined ? '' : ` <${placeholder}>`;
    const other = alias === undefined ? [] : [new Flag(`--${alias}${value}`).hideHelp()];
    const opposite = negation === undefined ? [] : [new Flag(`--no-${flagOf(key).slice(2)}`, negation)];
    return [new Flag(`${name}${value}`, description), ...opposite, ...other];
  });

/** `config-at` -> `configAt`, as commander keeps it. */
const attributeOf = (flag: string): string => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

const givenFlags = (program: Program, options: Options): Given => {
  const values = program.opts<Record<string, unknown>>();
  const fromUser = (attribute: string): boolean => program.getOptionValueSource(attribute) === 'cli';
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, { alias = key }]) => {
      const attribute = [key, attributeOf(alias)].find(fromUser);
      return attribute === undefined ? [] : [[key, values[attribute]]];
    }),
  );
};

/** The command line of `commands`; `found` is told what the user asked for. */
export const createProgram = (
  commands: readonly Command[],
  io: Pick<Io, 'stdout' | 'stderr'>,
  found: (invocation: Invocation) => void,
): Program => {
  const program = new Program('length-adaptive')
    .description(`${packageJson.description}\nThe short name \`lat\` does the same.`)
    .version(packageJson.version, '-v, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined, // told by whoever catches it
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('after', `\n${exitCodeHelp}`);
  const byProgram = new Map<Program, Command>();
  for (const command of commands) {
    const sub = program.command(command.name).summary(command.summary).description(`${command.summary}.`);
    if (command.argument) sub.argument(command.argument.name, command.argument.description);
    byProgram.set(sub, command);
  }
  program.hook('preSubcommand', async (_, sub) => {
    const command = byProgram.get(sub);
    if (command === undefined) return;
    const options = await command.options();
    for (const option of flagsOf(options)) sub.addOption(option);
    sub
      .option('--config <FILE>', 'read options from a JSON file; flags override it')
      .option('--print-config', 'print the effective options as JSON and stop')
      .addHelpText('after', `\n${command.help}\n\n${exitCodeHelp}`)
      .action(() => {
        const { config, printConfig } = sub.opts<{ config?: string; printConfig?: boolean }>();
        found({
          command,
          options,
          args: sub.args,
          flags: givenFlags(sub, options),
          configFile: config,
          printConfig: printConfig === true,
        });
      });
  });
  program.command(serveCommand.name).summary(serveCommand.summary); // for the list: it is run by the server's own program
  return program;
};
