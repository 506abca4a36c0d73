import type { OperatingPoint } from '@length-adaptive/core/lengths';

/** The lengths of an operating point in the field `length_config` of answers, which requests may send back: `0.8,0.6,0.4`, or `full`. */
export const lengthConfigText = ({ lengths }: OperatingPoint): string => lengths?.join(',') ?? 'full';
