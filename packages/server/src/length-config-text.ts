import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { pointText } from '@length-adaptive/models/predict';

/**
 * An operating point in the field `length_config` of answers, which requests may send back: `0.8,0.6,0.4`, or `full`; with `;skip=1` where it leaves
 * layers out, and its ranks.
 */
export const lengthConfigText = (point: OperatingPoint): string => pointText(point);
