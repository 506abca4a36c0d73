import type { Objectives } from './dominance.js';

/** A solution of a search, or anything else with objectives. */
export interface Measured {
  readonly objectives: Objectives;
  /** By how much constraints are exceeded. Default 0. */
  readonly violation?: number;
}

/** The names of its objectives. */
export type ObjectiveOf<Item extends Measured> = keyof Item['objectives'] & string;

export const isFeasible = ({ violation = 0 }: Measured): boolean => !(violation > 0);
