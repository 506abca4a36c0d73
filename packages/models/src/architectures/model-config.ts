import { ModelError } from '../errors.js';

/** A parsed config.json. */
export type ModelConfig = Readonly<Record<string, unknown>>;

/**
 * A number of config.json.
 *
 * @throws ModelError `CONFIG_INVALID` when it is missing (and no fallback is given) or no number
 */
export const configNumber = (config: ModelConfig, key: string, fallback?: number): number => {
  const value = config[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ModelError('CONFIG_INVALID', `config.json: "${key}" is ${JSON.stringify(value)}; expected a number.`);
  }
  return value;
};

/**
 * A size of config.json: a whole number from `least`, by default 1.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
export const configSize = (
  config: ModelConfig,
  key: string,
  { fallback, least = 1 }: { readonly fallback?: number; readonly least?: number } = {},
): number => {
  const value = configNumber(config, key, fallback);
  if (Number.isInteger(value) && value >= least) return value;
  throw new ModelError('CONFIG_INVALID', `config.json: "${key}" is ${value}; expected a whole number from ${least}.`);
};

/**
 * The width of the states and the heads that share it.
 *
 * @throws ModelError `CONFIG_INVALID` when the heads do not divide the width
 */
export const configHeads = (
  config: ModelConfig,
  sizeKey: string,
  headsKey: string,
): { readonly hiddenSize: number; readonly heads: number } => {
  const [hiddenSize, heads] = [configSize(config, sizeKey), configSize(config, headsKey)];
  if (hiddenSize % heads === 0) return { hiddenSize, heads };
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: "${sizeKey}" is ${hiddenSize} and "${headsKey}" is ${heads}; expected a width that the heads divide evenly.`,
  );
};

/** A number or a flag of config.json that must be the one that this toolkit implements. */
export const configExactly = <Value extends number | boolean | string>(
  config: ModelConfig,
  key: string,
  wanted: Value,
  fallback: Value = wanted,
): Value => {
  const value = config[key] ?? fallback;
  if (value === wanted) return wanted;
  throw new ModelError(
    'CONFIG_INVALID',
    `config.json: "${key}" is ${JSON.stringify(value)}; supported: ${JSON.stringify(wanted)}.`,
  );
};

/**
 * A flag of config.json.
 *
 * @throws ModelError `CONFIG_INVALID`
 */
export const configFlag = (config: ModelConfig, key: string, fallback: boolean): boolean => {
  const value = config[key] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw new ModelError('CONFIG_INVALID', `config.json: "${key}" is ${JSON.stringify(value)}; expected true or false.`);
};

/** A string of config.json that must be one of the values this toolkit implements. */
export const configChoice = (config: ModelConfig, key: string, known: readonly string[], fallback: string): string => {
  const value = config[key] ?? fallback;
  if (typeof value !== 'string' || !known.includes(value)) {
    throw new ModelError(
      'CONFIG_INVALID',
      `config.json: "${key}" is ${JSON.stringify(value)}; supported: ${known.join(', ')}.`,
    );
  }
  return value;
};
