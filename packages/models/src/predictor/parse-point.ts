import type { OperatingPoint, Ranks } from '@length-adaptive/core/lengths';
import {
  bitChoices,
  CoreError,
  fullLength,
  parseLengthConfig,
  validateOperatingPoint,
} from '@length-adaptive/core/lengths';
import type { ParetoPoint } from '../folder/length-adaptive-file.js';

/** What a written point is read against. */
export interface ParsePointContext {
  readonly paretoSet: readonly ParetoPoint[];
  /** Layers of the model, where they are known. */
  readonly layers?: number | undefined;
}

/** One share for all layers, or one each: `0.5` or `0.5,0.4,0.4`. */
const parseShares = (text: string, layers: number | undefined): number[] => {
  const shares = text.split(',').map((share) => (share.trim() === '' ? Number.NaN : Number(share)));
  return shares.length === 1 && layers !== undefined ? new Array<number>(layers).fill(shares[0] as number) : shares;
};

/**
 * Reads ranks as people write them: a share for everything, `0.5`; one for attention and one for the feed-forward blocks, `0.75/0.5`; either
 * of them layer by layer, `1,0.75,0.5/0.5`.
 *
 * @param layers of the model, where they are known
 * @throws CoreError `OPERATING_POINT_INVALID`
 */
export const parseRanks = (text: string, layers?: number): Ranks => {
  const parts = text.split('/');
  const [attention = '', feedForward = attention] = parts;
  const ranks = { attention: parseShares(attention, layers), feedForward: parseShares(feedForward, layers) };
  const isNumbers = [...ranks.attention, ...ranks.feedForward].every(Number.isFinite);
  if (parts.length > 2 || !isNumbers)
    throw new CoreError(
      'OPERATING_POINT_INVALID',
      `The ranks are "${text}"; write a share of the break-even rank, 0.5, one for attention and one for the feed-forward blocks, 0.75/0.5, or one for each layer, 1,0.75,0.5/0.5.`,
    );
  validateOperatingPoint({ ranks }, layers);
  return ranks;
};

/** Reads layers to leave out as people write them: `2,5`. @throws CoreError `OPERATING_POINT_INVALID` */
const parseSkip = (text: string, layers: number | undefined): readonly number[] => {
  const skip = text.split(',').map((layer) => (/^\s*\d+\s*$/.test(layer) ? Number(layer) : Number.NaN));
  if (skip.some(Number.isNaN))
    throw new CoreError(
      'OPERATING_POINT_INVALID',
      `The layers to leave out are "${text}"; write their numbers, counted from 0, with commas between them: skip=2,5.`,
    );
  validateOperatingPoint({ skip }, layers);
  return skip;
};

/** Reads a floor as people write it. @throws CoreError `OPERATING_POINT_INVALID` */
const parseFloor = (text: string): OperatingPoint => {
  if (/^\s*\d+\s*$/.test(text)) return { floor: Number(text) };
  throw new CoreError('OPERATING_POINT_INVALID', `The floor is "${text}"; write a whole number of tokens: floor=12.`);
};

/** Reads bits as people write them. @throws CoreError `OPERATING_POINT_INVALID` */
const parseBits = (text: string): OperatingPoint => {
  const bits = bitChoices.find((choice) => String(choice) === text.trim());
  if (bits !== undefined) return { bits };
  throw new CoreError(
    'OPERATING_POINT_INVALID',
    `The bits are "${text}"; write what each weight is stored in: ${bitChoices.map((choice) => `bits=${choice}`).join(' or ')}.`,
  );
};

/** What may stand in a written point after its lengths, and how it is read. */
const parts: Readonly<Record<string, (text: string, layers: number | undefined) => OperatingPoint>> = {
  floor: parseFloor,
  reducer: (text) => validateOperatingPoint({ reducer: text.trim() }),
  skip: (text, layers) => ({ skip: parseSkip(text, layers) }),
  ranks: (text, layers) => ({ ranks: parseRanks(text, layers) }),
  bits: parseBits,
};

/**
 * Reads an operating point as people write it: `full`, a number of the Pareto set (0 is the cheapest), or lengths, as ratios or as absolute
 * ones with their input length; then what else it says, each behind a semicolon: `floor=12`, `reducer=tome`, the layers that are left out,
 * `skip=2,5`, ranks, `ranks=` and what `parseRanks` reads, and `bits=8`. `skip=2` or `ranks=0.5` alone says nothing of lengths.
 *
 * @returns undefined for a number beyond the Pareto set
 * @throws CoreError `LENGTH_CONFIG_INVALID`, `OPERATING_POINT_INVALID`
 * @example
 * parsePoint('0.8,0.6,0.4', { paretoSet: predictor.paretoSet, layers: 3 }); // { lengths: [0.8, 0.6, 0.4] }
 * parsePoint('0.8,0.6,0.4;floor=12;skip=1;ranks=0.5;bits=8', { paretoSet: predictor.paretoSet, layers: 3 });
 */
export const parsePoint = (text: string, context: ParsePointContext): OperatingPoint | undefined => {
  let point: OperatingPoint | undefined = {};
  for (const [i, part] of text.split(';').entries()) {
    const [, name = '', value = ''] = /^\s*([a-z]+)=(.*)$/.exec(part) ?? [];
    const parse = parts[name];
    if (i === 0 && parse === undefined) {
      point = parseLengths(part, context);
      if (point === undefined) return undefined;
      continue;
    }
    if (parse === undefined)
      throw new CoreError(
        'OPERATING_POINT_INVALID',
        `The point "${text}" has the part "${part}"; after lengths there may be ${Object.keys(parts)
          .map((known) => `${known}=`)
          .join(' and ')}, with a semicolon before each.`,
      );
    point = { ...point, ...parse(value, context.layers) };
  }
  return point;
};

const parseLengths = (text: string, { paretoSet, layers }: ParsePointContext): OperatingPoint | undefined => {
  if (text === 'full') return layers === undefined ? {} : { lengths: fullLength(layers) };
  if (/^\d+$/.test(text)) return paretoSet[Number(text)]?.point;
  return { lengths: parseLengthConfig(text, layers) };
};
