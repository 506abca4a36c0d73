import type { Directions } from '@length-adaptive/search';

/** What every length search weighs against each other. `cost` is a share of the full length's: of its MACs, or of its predicted time. */
export type LengthObjective = 'score' | 'cost';

/** Which way each objective is better. */
const directions = { score: 'maximize', cost: 'minimize' } as const;

/** The same with the size of the file beside them, where a search weighs it: `size`, a share of that of the model as it was opened. */
export const directionsOf = (fileSize: boolean): Directions<LengthObjective> =>
  fileSize ? { ...directions, ...{ size: 'minimize' } } : directions;
