/** Deb's O(M N^2) non-dominated sort, as textbooks have it: what ours is timed beside. Values are minimised rows. */
const dominates = (values: Float64Array, objectives: number, a: number, b: number): boolean => {
  let better = false;
  for (let m = 0; m < objectives; m++) {
    const x = values[a * objectives + m] ?? 0;
    const y = values[b * objectives + m] ?? 0;
    if (x > y) return false;
    if (x < y) better = true;
  }
  return better;
};

/** @returns the front of every row */
export const naiveRanks = (values: Float64Array, objectives: number): Uint32Array => {
  const size = values.length / objectives;
  const beats: number[][] = Array.from({ length: size }, () => []);
  const beatenBy = new Uint32Array(size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      if (!dominates(values, objectives, a, b)) continue;
      beats[a]?.push(b);
      beatenBy[b] = (beatenBy[b] ?? 0) + 1;
    }
  }
  const ranks = new Uint32Array(size);
  let front = [...beatenBy.keys()].filter((i) => beatenBy[i] === 0);
  for (let rank = 0; front.length > 0; rank++) {
    const next: number[] = [];
    for (const a of front) {
      ranks[a] = rank;
      for (const b of beats[a] ?? []) {
        beatenBy[b] = (beatenBy[b] ?? 0) - 1;
        if (beatenBy[b] === 0) next.push(b);
      }
    }
    front = next;
  }
  return ranks;
};
