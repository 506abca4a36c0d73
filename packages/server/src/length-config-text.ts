import type { OperatingPoint } from '@length-adaptive/core/lengths';
import { pointText } from '@length-adaptive/models/predict';

/**
 * An operating point in the field `length_config` of answers, which requests may send back: `0.8,0.6,0.4`, or `full`; with what else it says
 * behind semicolons, as in `0.8,0.6,0.4;floor=12;reducer=tome;skip=1`.
 */
export const lengthConfigText = (point: OperatingPoint): string => pointText(point);
