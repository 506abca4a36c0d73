/** What a length search weighs against each other. `cost` is a share of the full length's: of its MACs, or of its predicted time. */
export type LengthObjective = 'score' | 'cost';

/** Which way each objective is better. */
export const directions = { score: 'maximize', cost: 'minimize' } as const;
