import { CliError, messageOf } from './errors.js';
import { nearest } from './nearest.js';
import type { Option, Options, Settings } from './option.js';

/** Settings as they were given: some of them, not yet read. */
export type Given = Readonly<Record<string, unknown>>;

/** `learningRate` -> `--learning-rate`. */
export const flagOf = (key: string): string => `--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;

const readValues = (
  options: Options,
  given: Given,
  refuse: (key: string, expected: string) => CliError,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const option = options[key];
      const read = option?.read(value);
      if (option === undefined || read === undefined) throw refuse(key, option?.expected ?? 'nothing');
      return [key, read];
    }),
  );

/** Reads the values of flags. */
export const readFlags = (options: Options, given: Given): Record<string, unknown> =>
  readValues(
    options,
    given,
    (key, expected) => new CliError('USAGE', `${flagOf(key)} is ${JSON.stringify(given[key])}; expected ${expected}.`),
  );

/** Reads the content of a configuration file. */
export const readConfig = (options: Options, content: string, name: string): Record<string, unknown> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new CliError('CONFIG_INVALID', `${name} is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new CliError('CONFIG_INVALID', `${name} is not a JSON object such as {"seed": 1}.`);
  }
  const given = parsed as Given;
  const known = Object.keys(options);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new CliError(
      'CONFIG_INVALID',
      `${name}: there is no option "${unknown}". Did you mean "${nearest(unknown, known) ?? ''}"?`,
    );
  }
  return readValues(
    options,
    given,
    (key, expected) =>
      new CliError('CONFIG_INVALID', `${name}: "${key}" is ${JSON.stringify(given[key])}; expected ${expected}.`),
  );
};

/** Fills in the defaults. Later sources win. */
export const settle = <O extends Options>(options: O, ...sources: readonly Given[]): Settings<O> => {
  const defaults = Object.fromEntries(Object.entries(options).map(([key, { fallback }]) => [key, fallback]));
  return Object.assign(defaults, ...sources) as Settings<O>;
};

/** The settings worth saving: those that say what a run does. Feeding them to `--config` gives the same run. */
export const savedSettings = <O extends Options>(options: O, settings: Settings<O>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => value !== undefined && options[key]?.transient !== true),
  );

/** @throws CliError `USAGE` when an option that has no default was left out */
export const required = <Value>(value: Value | undefined, key: string): Value => {
  if (value !== undefined) return value;
  throw new CliError('USAGE', `${flagOf(key)} is missing; see --help.`);
};

/**
 * Refuses options that nothing reads as the others stand: whoever gives one wants something of it.
 *
 * @param why what an option, by its flag, is for, and what is missing
 * @throws CliError `USAGE` for the first of `keys` that is given
 */
export const refuseIdle = <Key extends string>(
  options: { readonly [K in Key]: Pick<Option<unknown>, 'fallback'> },
  settings: { readonly [K in Key]: unknown },
  keys: readonly Key[],
  why: (flag: string) => string,
): void => {
  const idle = keys.find((key) => settings[key] !== options[key].fallback);
  if (idle !== undefined) throw new CliError('USAGE', why(flagOf(idle)));
};
