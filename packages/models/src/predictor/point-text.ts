import type { OperatingPoint, Ranks } from '@length-adaptive/core/lengths';

/** One share where all layers have the same, else theirs. */
const sharesText = (shares: readonly number[]): string =>
  shares.every((share) => share === shares[0]) ? String(shares[0]) : shares.join(',');

/** Ranks as `parseRanks` reads them, to the digit. */
const ranksText = ({ attention, feedForward }: Ranks): string => {
  const [first, second] = [sharesText(attention), sharesText(feedForward)];
  return first === second ? first : `${first}/${second}`;
};

/**
 * An operating point as people write it, to the digit: `parsePoint` reads it back.
 *
 * @example
 * pointText({ lengths: [0.8, 0.6, 0.4] }); // '0.8,0.6,0.4'
 * pointText({ lengths: [0.8, 0.6, 0.4], skip: [1], ranks: uniformRanks(3, 0.5) }); // '0.8,0.6,0.4;skip=1;ranks=0.5'
 */
export const pointText = ({ lengths, floor = 0, reducer, skip = [], ranks, bits }: OperatingPoint): string => {
  const parts = [
    ...(lengths ? [lengths.join(',')] : []),
    ...(floor > 0 ? [`floor=${floor}`] : []),
    ...(reducer === undefined ? [] : [`reducer=${reducer}`]),
    ...(skip.length > 0 ? [`skip=${skip.join(',')}`] : []),
    ...(ranks ? [`ranks=${ranksText(ranks)}`] : []),
    ...(bits === undefined ? [] : [`bits=${bits}`]),
  ];
  return parts.length > 0 ? parts.join(';') : 'full';
};
