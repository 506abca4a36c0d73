/** A share for readers: 0.1234 is 12 %. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;
