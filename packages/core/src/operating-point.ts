import { CoreError } from './errors.js';
import type { LengthConfig } from './length-config.js';
import { formatLengthConfig, fullLength, isFullLength, validateLengthConfig } from './length-config.js';
import type { Ranks } from './ranks.js';
import { formatRanks, validateRanks } from './ranks.js';

/**
 * An operating point: everything that a search chooses, a budget resolves to, and an engine runs a model at. `{}` is the full model.
 *
 * This release chooses lengths and ranks. What else a point may say one day (thresholds, bits) will be further optional fields, so
 * that whatever hands points on needs no change: compare and look them up by `pointKey`, never field by field.
 */
export interface OperatingPoint {
  /** For each layer, the share of the input's own tokens that leave it. Absent: every layer keeps every token. */
  readonly lengths?: LengthConfig | undefined;
  /** For each layer, how large the factors of its matrices are: for models that have factors. Absent: the model's own matrices. */
  readonly ranks?: Ranks | undefined;
}

/** The fields of a point that this release runs. */
const pointFields = ['lengths', 'ranks'];

/**
 * Checks an operating point and returns it.
 *
 * @param layers when given, the number of layers its lengths and ranks must have
 * @throws CoreError `OPERATING_POINT_INVALID` for what is no object, a field that this release does not run, or ranks
 * that are none; `LENGTH_CONFIG_INVALID` for lengths that are none
 */
export const validateOperatingPoint = (point: OperatingPoint, layers?: number): OperatingPoint => {
  const fail = (problem: string): never => {
    throw new CoreError(
      'OPERATING_POINT_INVALID',
      `Operating point ${JSON.stringify(point)}: ${problem}. This release runs points with: ${pointFields.join(', ')}, ` +
        `e.g. { "lengths": [0.8, 0.6, 0.4] }; {} is the full model.`,
    );
  };
  const given: unknown = point;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return fail('expected an object');
  const unknown = Object.keys(point).find((field) => !pointFields.includes(field));
  if (unknown !== undefined) fail(`the field "${unknown}" is not known`);
  if (point.ranks !== undefined) validateRanks(point.ranks, layers);
  const lengths: unknown = point.lengths;
  if (lengths === undefined) return point;
  if (!Array.isArray(lengths))
    return fail(`"lengths" is ${JSON.stringify(lengths)}, expected a list of one ratio a layer`);
  validateLengthConfig(lengths as LengthConfig, layers);
  return point;
};

/** The lengths that a point runs at in a model of `layers` layers: its own, or the full length. */
export const lengthsOf = ({ lengths }: OperatingPoint, layers: number): LengthConfig => lengths ?? fullLength(layers);

/** Whether a point is the full model: nothing is left out at any length, and no ranks are chosen. */
export const isFullPoint = ({ lengths, ranks }: OperatingPoint): boolean =>
  ranks === undefined && (lengths === undefined || isFullLength(lengths));

/**
 * A point as a canonical text: two points that run alike have the same key. The key of search, caches and batches.
 *
 * @example
 * pointKey({ lengths: [0.8, 0.4] }); // 'lengths=0.8,0.4'
 * pointKey({ lengths: [1, 1] }) === pointKey({}); // 'full'
 */
export const pointKey = ({ lengths, ranks }: OperatingPoint): string => {
  const parts = [
    ...(lengths === undefined || isFullLength(lengths) ? [] : [`lengths=${lengths.join(',')}`]),
    ...(ranks === undefined ? [] : [ranksKey(ranks)]),
  ];
  return parts.length === 0 ? 'full' : parts.join(';');
};

/** Ranks as a canonical text. */
export const ranksKey = ({ attention, feedForward }: Ranks): string =>
  `ranks=${attention.join(',')}/${feedForward.join(',')}`;

/** A point as short text for people: its lengths with two decimals a layer, or `full`, and its ranks where it has some. */
export const formatPoint = ({ lengths, ranks }: OperatingPoint): string => {
  const shown = lengths === undefined ? 'full' : formatLengthConfig(lengths);
  return ranks === undefined ? shown : `${shown}, ranks ${formatRanks(ranks)}`;
};
