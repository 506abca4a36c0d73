import { CoreError } from './errors.js';
import type { KeepOptions, LengthConfig } from './length-config.js';
import { formatLengthConfig, fullLength, isFullLength, keptTokens, validateLengthConfig } from './length-config.js';
import type { Ranks } from './ranks.js';
import { formatRanks, validateRanks } from './ranks.js';

/**
 * An operating point: everything that a search chooses, a budget resolves to, and an engine runs a model at. `{}` is the full model.
 *
 * This release chooses lengths with their floor, a reducer, layers, ranks and bits. What else a point may say one day (thresholds) will be further optional fields, so
 * that whatever hands points on needs no change: compare and look them up by `pointKey`, never field by field.
 */
export interface OperatingPoint {
  /** For each layer, the share of the input's own tokens that it keeps. Absent: every layer keeps every token. */
  readonly lengths?: LengthConfig | undefined;
  /**
   * How many tokens of an input its lengths do not count: where n is more, `floor + share * (n - floor)` tokens stay after a layer, and otherwise all, so that
   * short inputs keep theirs. Absent: none.
   */
  readonly floor?: number | undefined;
  /** What decides which tokens leave, by its name, where that is another than the model's own: then with its usual settings. Absent: the model's own. */
  readonly reducer?: string | undefined;
  /**
   * The layers that are left out, counted from 0, ascending: states pass them by as they are, and no token leaves there. At least one layer
   * runs. Models that were trained with LayerDrop are made for it. Absent: every layer runs.
   */
  readonly skip?: readonly number[] | undefined;
  /** For each layer, how large the factors of its matrices are: for models that have factors. Absent: the model's own matrices. */
  readonly ranks?: Ranks | undefined;
  /**
   * What the weights of its encoder are stored in and multiplied with: 8-bit integers, or numbers of 32 bits. For engines that have a model in both.
   * Absent: as the model was opened.
   */
  readonly bits?: Bits | undefined;
}

/** Bits of a weight that a point may ask for. */
export type Bits = (typeof bitChoices)[number];

/** The bits that a point may ask for. */
export const bitChoices = [8, 32] as const;

/** The fields of a point that this release runs. */
const pointFields = ['lengths', 'floor', 'reducer', 'skip', 'ranks', 'bits'];

/**
 * Checks an operating point and returns it.
 *
 * @param layers when given, the number of layers its lengths and ranks must have, and that it leaves out some of
 * @throws CoreError `OPERATING_POINT_INVALID` for what is no object, a field that this release does not run, layers to leave out, ranks or bits
 * that are none; `LENGTH_CONFIG_INVALID` for lengths that are none
 */
export const validateOperatingPoint = (point: OperatingPoint, layers?: number): OperatingPoint => {
  const fail = (problem: string): never => {
    throw new CoreError(
      'OPERATING_POINT_INVALID',
      `Operating point ${JSON.stringify(point)}: ${problem}. This release runs points with: ${pointFields.join(', ')}, ` +
        `e.g. { "lengths": [0.8, 0.6, 0.4], "skip": [1] }; {} is the full model.`,
    );
  };
  const given: unknown = point;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return fail('expected an object');
  const unknown = Object.keys(point).find((field) => !pointFields.includes(field));
  if (unknown !== undefined) fail(`the field "${unknown}" is not known`);
  const depth = layers ?? depthOf(point);
  const wrong =
    floorProblem(point.floor) ??
    reducerProblem(point.reducer) ??
    skipProblem(point.skip, depth) ??
    bitsProblem(point.bits);
  if (wrong !== undefined) fail(wrong);
  if (point.ranks !== undefined) validateRanks(point.ranks, layers);
  const lengths: unknown = point.lengths;
  if (lengths === undefined) return point;
  if (!Array.isArray(lengths))
    return fail(`"lengths" is ${JSON.stringify(lengths)}, expected a list of one ratio a layer`);
  validateLengthConfig(lengths as LengthConfig, layers);
  return point;
};

/** The number of layers that a point speaks of, where it says. */
const depthOf = ({ lengths, ranks }: OperatingPoint): number | undefined => {
  const lists: readonly unknown[] = [lengths, (ranks as Partial<Ranks> | null | undefined)?.attention];
  return lists.find((list) => Array.isArray(list))?.length;
};

/** What is wrong with a floor of lengths; undefined when nothing is. */
const floorProblem = (floor: unknown): string | undefined =>
  floor === undefined || (Number.isInteger(floor) && (floor as number) >= 0)
    ? undefined
    : `"floor" is ${JSON.stringify(floor)}, expected a whole number of tokens, 0 or more`;

/** What is wrong with the name of a reducer; undefined when nothing is. */
const reducerProblem = (reducer: unknown): string | undefined =>
  reducer === undefined || (typeof reducer === 'string' && /^[a-z0-9][a-z0-9._-]*$/i.test(reducer))
    ? undefined
    : `"reducer" is ${JSON.stringify(reducer)}, expected the name of one, such as "tome"`;

/** What is wrong with bits; undefined when nothing is. */
const bitsProblem = (bits: unknown): string | undefined =>
  bits === undefined || bitChoices.some((choice) => choice === bits)
    ? undefined
    : `"bits" is ${JSON.stringify(bits)}, expected ${bitChoices.join(' or ')}, what each weight is stored in`;

/** What is wrong with the layers to leave out; undefined when nothing is. */
const skipProblem = (skip: unknown, depth: number | undefined): string | undefined => {
  if (skip === undefined) return undefined;
  const expected = `expected layer numbers from 0${depth === undefined ? '' : ` to ${depth - 1}`}, ascending`;
  if (!Array.isArray(skip)) return `"skip" is ${JSON.stringify(skip)}, ${expected}`;
  const numbers: readonly unknown[] = skip;
  const isOne = (layer: unknown, i: number): boolean =>
    Number.isInteger(layer) &&
    (layer as number) > ((numbers[i - 1] as number | undefined) ?? -1) &&
    (layer as number) < (depth ?? Infinity);
  if (!numbers.every(isOne)) return `"skip" is ${JSON.stringify(skip)}, ${expected}`;
  if (numbers.length === depth) return `"skip" is all ${depth} layers, and at least one must run`;
  return undefined;
};

/** Whether a point leaves whole layers out. */
export const leavesLayersOut = ({ skip = [] }: OperatingPoint): boolean => skip.length > 0;

/** The layers of a model of `layers` layers that run at a point, ascending. */
export const runningLayers = ({ skip = [] }: OperatingPoint, layers: number): readonly number[] =>
  Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !skip.includes(layer));

/** Lengths with those of the layer before in each layer that is left out: nothing leaves there. */
const effective = (lengths: LengthConfig, skip: readonly number[]): LengthConfig => {
  if (skip.length === 0) return lengths;
  let before = 1;
  return lengths.map((ratio, layer) => (before = skip.includes(layer) ? before : ratio));
};

/**
 * The lengths that a point runs at in a model of `layers` layers: its own, or the full length; a layer that is left out keeps what entered
 * it.
 */
export const lengthsOf = ({ lengths, skip = [] }: OperatingPoint, layers: number): LengthConfig =>
  effective(lengths ?? fullLength(layers), skip);

/** Tokens of an input of `length` tokens that are left after each layer of a model of `layers` layers at a point. */
export const keptAt = (point: OperatingPoint, layers: number, length: number, keep: KeepOptions = {}): number[] =>
  keptTokens(lengthsOf(point, layers), length, { ...keep, floor: point.floor, running: runningLayers(point, layers) });

/** The reducer that a point names; undefined where it names none, and where no token leaves, so that there is nothing to decide. */
export const namedReducerOf = ({ reducer, lengths, skip = [] }: OperatingPoint): string | undefined =>
  lengths === undefined || isFullLength(effective(lengths, skip)) ? undefined : reducer;

/** Whether a point is the full model: no token and no layer is left out, and no ranks and no bits are chosen. */
export const isFullPoint = ({ lengths, skip = [], ranks, bits }: OperatingPoint): boolean =>
  ranks === undefined && bits === undefined && skip.length === 0 && (lengths === undefined || isFullLength(lengths));

/**
 * A point as a canonical text: two points that run alike have the same key. The key of search, caches and batches.
 *
 * @example
 * pointKey({ lengths: [0.8, 0.4] }); // 'lengths=0.8,0.4'
 * pointKey({ lengths: [1, 1] }) === pointKey({}); // 'full'
 * pointKey({ lengths: [1, 0.9, 0.5], skip: [1] }); // 'lengths=1,1,0.5;skip=1'
 */
export const pointKey = ({ lengths: own, floor = 0, reducer, skip = [], ranks, bits }: OperatingPoint): string => {
  const lengths = own && effective(own, skip);
  const drops = lengths !== undefined && !isFullLength(lengths);
  const runs = (shares: readonly number[]): readonly number[] =>
    shares.map((share, layer) => (skip.includes(layer) ? 1 : share)); // whatever it is where nothing runs
  const parts = [
    ...(drops ? [`lengths=${lengths.join(',')}`] : []),
    ...(drops && floor > 0 ? [`floor=${floor}`] : []),
    ...(drops && reducer !== undefined ? [`reducer=${reducer}`] : []),
    ...(skip.length === 0 ? [] : [`skip=${skip.join(',')}`]),
    ...(ranks === undefined
      ? []
      : [ranksKey({ attention: runs(ranks.attention), feedForward: runs(ranks.feedForward) })]),
    ...(bits === undefined ? [] : [`bits=${bits}`]),
  ];
  return parts.length === 0 ? 'full' : parts.join(';');
};

/** Ranks as a canonical text. */
export const ranksKey = ({ attention, feedForward }: Ranks): string =>
  `ranks=${attention.join(',')}/${feedForward.join(',')}`;

/**
 * A point as short text for people: its lengths with two decimals a layer, or `full`, then what else it says: their floor, its reducer, the
 * layers that are left out, its ranks and bits.
 */
export const formatPoint = ({ lengths, floor = 0, reducer, skip = [], ranks, bits }: OperatingPoint): string => {
  const isFull = lengths === undefined || isFullLength(lengths);
  return [
    lengths === undefined || (skip.length > 0 && isFull) ? 'full' : formatLengthConfig(lengths),
    ...(isFull || floor === 0 ? [] : [`above ${floor} tokens`]),
    ...(isFull || reducer === undefined ? [] : [`by ${reducer}`]),
    ...(skip.length === 0 ? [] : [`without layer${skip.length === 1 ? '' : 's'} ${skip.join(' ')}`]),
    ...(ranks === undefined ? [] : [`ranks ${formatRanks(ranks)}`]),
    ...(bits === undefined ? [] : [`${bits} bits`]),
  ].join(', ');
};
