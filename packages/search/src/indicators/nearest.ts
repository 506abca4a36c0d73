/** The square of a distance from row `a` of one set to row `b` of another. */
export type SquaredDistance = (
  from: Float64Array,
  a: number,
  to: Float64Array,
  b: number,
  objectives: number,
) => number;

/** Euclidean, squared. */
export const euclidean: SquaredDistance = (from, a, to, b, objectives) => {
  let sum = 0;
  for (let m = 0; m < objectives; m += 1) {
    const difference = (from[a * objectives + m] ?? 0) - (to[b * objectives + m] ?? 0);
    sum += difference * difference;
  }
  return sum;
};

/** For each row, how far the nearest row of the others is; Infinity where there is none. `except`: row i is no neighbour of row i. */
export const nearestDistances = (
  from: Float64Array,
  to: Float64Array,
  {
    objectives,
    squared = euclidean,
    except = false,
  }: { readonly objectives: number; readonly squared?: SquaredDistance; readonly except?: boolean },
): Float64Array => {
  const nearest = new Float64Array(from.length / objectives).fill(Infinity);
  const others = to.length / objectives;
  for (let a = 0; a < nearest.length; a += 1) {
    let least = Infinity;
    for (let b = 0; b < others; b += 1) {
      if (except && a === b) continue;
      const distance = squared(from, a, to, b, objectives);
      if (distance < least) least = distance;
    }
    nearest[a] = Math.sqrt(least);
  }
  return nearest;
};

export const mean = (numbers: Float64Array): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
