/** A number as people and headers want it, to three decimals. */
export const round = (value: number): number => Math.round(value * 1000) / 1000;
