/** The largest of numbers that are not negative, however many; 0 of none. */
export const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
