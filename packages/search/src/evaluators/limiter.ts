/** Starts work when there is room for it, first come, first served. */
export type Limiter = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Room for so many pieces of work at a time; Infinity for any number. */
export const createLimiter = (places: number): Limiter => {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await work();
    } finally {
      const next = waiting.shift(); // its place goes to the next in line
      if (next) next();
      else free += 1;
    }
  };
};
