import type { Random } from '../random.js';

/** Which direction each point lies nearest to, and how far from it. */
export interface Association {
  readonly niches: Uint32Array;
  /** Perpendicular distances. */
  readonly distances: Float64Array;
}

/** Joins each row to the reference direction with the least perpendicular distance (Deb and Jain 2014, section IV-D). */
export const associate = (
  scaled: Float64Array,
  objectives: number,
  directions: readonly (readonly number[])[],
): Association => {
  const units = directions.map((direction) => {
    const norm = Math.sqrt(direction.reduce((sum, part) => sum + part * part, 0));
    return direction.map((part) => part / norm);
  });
  const rows = scaled.length / objectives;
  const niches = new Uint32Array(rows);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let square = 0;
    for (let m = 0; m < objectives; m += 1) square += (scaled[row * objectives + m] ?? 0) ** 2;
    let most = -Infinity;
    for (let niche = 0; niche < units.length; niche += 1) {
      const unit = units[niche] ?? [];
      let along = 0;
      for (let m = 0; m < objectives; m += 1) along += (unit[m] ?? 0) * (scaled[row * objectives + m] ?? 0);
      if (along > most) {
        most = along;
        niches[row] = niche;
      }
    }
    distances[row] = Math.sqrt(Math.max(0, square - most * most));
  }
  return { niches, distances };
};

/**
 * Chooses from the last front those that fill the emptiest niches (Deb and Jain 2014, section IV-E): nearest to the direction where a
 * niche is empty, any where it is not; a coin decides between niches that are equally empty.
 *
 * @param settled rows before this one are in already and fill their niches; the others are candidates
 * @returns `room` candidates
 */
export const fillNiches = (
  { niches, distances }: Association,
  settled: number,
  room: number,
  random: Random,
): Uint32Array => {
  const counts = new Map<number, number>();
  for (let row = 0; row < settled; row += 1) {
    const niche = niches[row] ?? 0;
    counts.set(niche, (counts.get(niche) ?? 0) + 1);
  }
  const candidates = new Map<number, number[]>();
  for (let row = settled; row < niches.length; row += 1) {
    const niche = niches[row] ?? 0;
    const own = candidates.get(niche);
    if (own) own.push(row);
    else candidates.set(niche, [row]);
  }
  const chosen = new Uint32Array(room);
  for (let filled = 0; filled < room; filled += 1) {
    let least = Infinity;
    let emptiest: number[] = [];
    for (const open of candidates.keys()) {
      const count = counts.get(open) ?? 0;
      if (count < least) [least, emptiest] = [count, [open]];
      else if (count === least) emptiest.push(open);
    }
    const niche = emptiest[random.integer(0, emptiest.length - 1)] ?? 0;
    const own = candidates.get(niche) ?? [];
    let at = 0;
    if (least === 0) own.forEach((row, i) => void ((distances[row] ?? 0) < (distances[own[at] ?? 0] ?? 0) && (at = i)));
    else at = random.integer(0, own.length - 1);
    chosen[filled] = own.splice(at, 1)[0] ?? 0;
    if (own.length === 0) candidates.delete(niche);
    counts.set(niche, least + 1);
  }
  return chosen;
};
