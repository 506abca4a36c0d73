/** A share for readers: 0.1234 is 12.3%. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
