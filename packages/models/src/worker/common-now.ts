/** Milliseconds since a time that a page and its workers have in common. */
export const commonNow = (): number => performance.timeOrigin + performance.now();
