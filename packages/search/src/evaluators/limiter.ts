/** Starts work when there is room for it, first come, first served. */
export type Limiter = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Room for so many pieces of work at a time; Infinity for any number. */
export const createLimiter = (places: number): Limiter => {
  let waiting: (() => void)[] = [];
  let first = 0; // of those that wait: each that left a long array would move all others
  let free = places;
  /** The next in line. */
  const takeNext = (): (() => void) | undefined => {
    const next = waiting[first];
    first += 1;
    if (2 * first >= waiting.length) [waiting, first] = [waiting.slice(first), 0];
    return next;
  };
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await work();
    } finally {
      const next = takeNext(); // its place goes to the next in line
      if (next) next();
      else free += 1;
    }
  };
};
