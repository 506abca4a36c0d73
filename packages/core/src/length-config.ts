import { CoreError } from './errors.js';

/**
 * A length configuration: for each layer, the share of the input's own tokens that it keeps.
 * Numbers in (0, 1], never rising from one layer to the next: `[0.8, 0.6, 0.6, 0.4]`.
 */
export type LengthConfig = readonly number[];

/** How a length configuration is applied to an input. */
export interface KeepOptions {
  /** No layer keeps fewer tokens than this (or than the input has). Default 2, as in the published method. */
  readonly minTokens?: number;
  /** Tokens of an input that its ratios do not count: of n > floor tokens `floor + ratio * (n - floor)` stay, of no more all. Default 0. */
  readonly floor?: number | undefined;
  /**
   * The layers that take the tokens two by two, whatever a configuration says, of encoders that do: nobody else leaves there, and the shares of later
   * layers are of what those before them have made of the input. Default: none.
   */
  readonly halving?: readonly number[] | undefined;
  /** The layers that run, where those that do not are not to halve. Default: all. */
  readonly running?: readonly number[] | undefined;
}

/** Slack for ratios that came from a division, so that 83/384 of 384 tokens is 83 tokens and not 84. */
const roundingSlack = 1e-6;

const show = (values: readonly number[]): string => `[${values.join(', ')}]`;

/** The configuration that drops nothing. */
export const fullLength = (layers: number): LengthConfig => new Array<number>(layers).fill(1);

/** The configuration in which every layer keeps the same share of the tokens that enter it: `constantRatioConfig(3, 0.5)` is [0.5, 0.25, 0.125]. */
export const constantRatioConfig = (layers: number, keep: number): LengthConfig =>
  Array.from({ length: layers }, (_, layer) => keep ** (layer + 1));

/** Whether a configuration drops nothing at any length. */
export const isFullLength = (config: LengthConfig): boolean => config.every((ratio) => ratio === 1);

/**
 * Checks a configuration and returns it.
 *
 * @param layers when given, the number of layers the configuration must have
 * @throws CoreError `LENGTH_CONFIG_INVALID`
 */
export const validateLengthConfig = (config: LengthConfig, layers?: number): LengthConfig => {
  const fail = (problem: string): never => {
    throw new CoreError(
      'LENGTH_CONFIG_INVALID',
      `Length configuration ${show(config)}: ${problem}. Expected ${layers ?? 'one ratio a layer:'} ` +
        `numbers in (0, 1] that never rise, e.g. [0.8, 0.6, 0.4].`,
    );
  };
  if (config.length === 0) fail('it is empty');
  if (layers !== undefined && config.length !== layers)
    fail(`it has ${config.length} entries for a model of ${layers} layers`);
  config.forEach((ratio, layer) => {
    if (!(ratio > 0 && ratio <= 1)) fail(`entry ${layer} is ${ratio}`);
    if (layer > 0 && ratio > (config[layer - 1] as number))
      fail(`entry ${layer} (${ratio}) is larger than the one before it`);
  });
  return config;
};

/** Tokens that are left of so many where a layer takes them two by two: the first is alone, and of more than two the last leaves. */
export const halvedTokens = (tokens: number): number => (tokens > 2 ? Math.ceil(tokens / 2) : tokens);

/**
 * Tokens that each layer keeps of an input of `length` real tokens: `min(length, max(minTokens, ceil(ratio * length)))`, or
 * `ceil(floor + ratio * (length - floor))` with a floor; where layers halve, of the length that the input would have there without any that left.
 */
export const keptTokens = (
  config: LengthConfig,
  length: number,
  { minTokens = 2, floor = 0, halving = [], running }: KeepOptions = {},
): number[] => {
  const keptOf = (ratio: number, whole: number): number =>
    Math.min(whole, Math.max(minTokens, 1, Math.ceil(floor + ratio * (whole - floor) - roundingSlack)));
  if (halving.length === 0) return config.map((ratio) => keptOf(ratio, length));
  let [whole, kept] = [length, length];
  return config.map((ratio, layer) => {
    if (running?.includes(layer) === false) return kept;
    const halves = halving.includes(layer);
    if (halves) whole = halvedTokens(whole);
    kept = halves ? halvedTokens(kept) : Math.min(kept, keptOf(ratio, whole));
    return kept;
  });
};

/** Whether any token of an input of so many leaves by a configuration: those that go into others where layers halve do not. */
export const letsLeave = (config: LengthConfig, length: number, keep: KeepOptions = {}): boolean => {
  const whole = keptTokens(fullLength(config.length), length, keep);
  return keptTokens(config, length, keep).some(
    (count, layer) => keep.running?.includes(layer) !== false && count < (whole[layer] as number),
  );
};

/**
 * Ratios from absolute lengths at an input length, the notation of the papers: `[103, 83, ...]` at 128.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID` when a length is not a whole number in 1..inputLength, or they rise
 */
export const fromAbsoluteLengths = (lengths: readonly number[], inputLength: number): LengthConfig => {
  const wrong = lengths.find((length) => !Number.isInteger(length) || length < 1 || length > inputLength);
  if (wrong !== undefined) {
    throw new CoreError(
      'LENGTH_CONFIG_INVALID',
      `Absolute lengths ${show(lengths)}: ${wrong} is not a whole number from 1 to the input length ${inputLength}.`,
    );
  }
  return validateLengthConfig(lengths.map((length) => length / inputLength));
};

/** Absolute lengths of a configuration for an input of `inputLength` tokens. */
export const toAbsoluteLengths = (config: LengthConfig, inputLength: number): number[] =>
  keptTokens(config, inputLength, { minTokens: 1 });

/**
 * Reads a configuration as people write it: `0.8,0.6,0.4`, `0.8 0.6 0.4`, `[0.8, 0.6, 0.4]`, or absolute lengths with their input
 * length, `103,83,67@128`.
 *
 * @throws CoreError `LENGTH_CONFIG_INVALID`
 */
export const parseLengthConfig = (text: string, layers?: number): LengthConfig => {
  const [list = '', at] = text.split('@').map((part) => part.replace(/[[\]]/g, ' ').trim());
  const values = list.split(/\s*,\s*|\s+/).map((part) => (part === '' ? Number.NaN : Number(part)));
  if (values.some(Number.isNaN) || (at !== undefined && !(Number(at) >= 1))) {
    throw new CoreError(
      'LENGTH_CONFIG_INVALID',
      `Cannot read the length configuration "${text}". Write ratios such as 0.8,0.6,0.4 or absolute lengths such as 103,83,67@128.`,
    );
  }
  return validateLengthConfig(at === undefined ? values : fromAbsoluteLengths(values, Number(at)), layers);
};

/** A configuration as short text, two decimals a layer. */
export const formatLengthConfig = (config: LengthConfig): string => config.map((ratio) => ratio.toFixed(2)).join(' ');
