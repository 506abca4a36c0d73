import { sum } from './sum.js';

/** The mean of numbers; NaN of none. */
export const mean = (values: readonly number[]): number => sum(values) / values.length;
