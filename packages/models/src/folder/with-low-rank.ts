import type { LengthAdaptiveFile } from './length-adaptive-file.js';
import type { LowRankRecord } from './low-rank.js';

/** What is known of a model, with what is known of its factors in place of what was. */
export const withLowRank = (
  file: LengthAdaptiveFile | undefined,
  { lowRank }: { readonly lowRank: LowRankRecord | undefined },
): LengthAdaptiveFile | undefined => {
  if (!lowRank && !file?.lowRank) return file;
  const { lowRank: _, ...rest } = file ?? { format: 'length-adaptive', version: 2, paretoSet: [] };
  return { ...rest, ...(lowRank && { lowRank }) };
};
