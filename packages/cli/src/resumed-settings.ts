import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from './context/command.js';
import { CliError } from './context/errors.js';
import type { Options, Settings } from './context/option.js';
import type { Given } from './context/settings.js';
import { flagOf, readConfig, settle } from './context/settings.js';

/**
 * The settings of a command; with `--resume` those of the interrupted run, which only some options may change.
 *
 * @throws CliError `CHECKPOINT_NOT_FOUND`, `CONFIG_INVALID` when an option contradicts the interrupted run
 */
export const resumedSettings = async <O extends Options>(
  { savedConfig, mayChange = [] }: Pick<Command<O>, 'savedConfig' | 'mayChange'>,
  options: O,
  given: Given,
  settings: Settings<O>,
): Promise<Settings<O>> => {
  if (settings['resume'] !== true || savedConfig === undefined) return settings;
  const path = await savedConfig(settings);
  if (path === undefined) return settings; // the command will say what is missing
  if (!existsSync(path))
    throw new CliError(
      'CHECKPOINT_NOT_FOUND',
      `There is no run to resume: ${path} does not exist. Leave --resume out to start one.`,
    );
  const saved = readConfig(options, await readFile(path, 'utf8'), path);
  const wrong = Object.keys(given).find(
    (key) =>
      options[key]?.transient !== true &&
      !mayChange.includes(key) &&
      JSON.stringify(given[key]) !== JSON.stringify(saved[key] ?? options[key]?.fallback),
  );
  if (wrong !== undefined) {
    throw new CliError(
      'CONFIG_INVALID',
      `${flagOf(wrong)} is ${JSON.stringify(given[wrong])} but the run in ${path} began with ${JSON.stringify(saved[wrong] ?? options[wrong]?.fallback ?? null)}. ` +
        'Leave it out to go on, or start a new run.',
    );
  }
  return settle(options, saved, given);
};
