import type { Options, Settings } from './option.js';
import { flagOf } from './settings.js';

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;

/** The command that gives a run again: every setting that is not its default, quoted for a shell. */
export const commandLine = <O extends Options>(name: string, options: O, settings: Settings<O>): string => {
  const parts = Object.entries(options).flatMap(([key, { fallback, placeholder, transient }]) => {
    const value = settings[key] as string | number | boolean | readonly string[] | undefined;
    if (transient === true || value === undefined || value === fallback) return [];
    if (placeholder === undefined) return [value === false ? `--no-${flagOf(key).slice(2)}` : flagOf(key)];
    return [flagOf(key), quoted(String(value))];
  });
  return ['lat', name, ...parts].join(' ');
};
