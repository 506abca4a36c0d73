import fc from 'fast-check';

/** Sets of points on a coarse grid, so that ties and duplicates are common. */
export const pointSets = (objectives: number, highest = 6): fc.Arbitrary<number[][]> =>
  fc.array(fc.array(fc.integer({ min: 0, max: highest }), { minLength: objectives, maxLength: objectives }), {
    minLength: 1,
    maxLength: 40,
  });

export const rowsOf = (points: readonly (readonly number[])[]): Float64Array => Float64Array.from(points.flat());

export const naiveDominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((x, m) => x <= (b[m] ?? NaN)) && a.some((x, m) => x < (b[m] ?? NaN));

/** Ranks by peeling: whoever nobody left dominates is the next front. */
export const naiveRanks = (points: readonly (readonly number[])[]): number[] => {
  const ranks = points.map(() => -1);
  for (let rank = 0; ranks.includes(-1); rank += 1) {
    const left = points.filter((_, i) => ranks[i] === -1);
    const front = points.map((point, i) => ranks[i] === -1 && !left.some((other) => naiveDominates(other, point)));
    front.forEach((member, i) => {
      if (member) ranks[i] = rank;
    });
  }
  return ranks;
};
