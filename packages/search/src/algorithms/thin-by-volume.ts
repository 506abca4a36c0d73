import { hypervolumeBelow } from '../indicators/hypervolume.js';

/** Where the worst of a scaled front is 1: far enough behind it that the ends of a front count. */
const REFERENCE = 1.1;

/** Some rows with every objective from 0, their least, to 1, their most. */
const scaleRows = (values: Float64Array, objectives: number, rows: Uint32Array): Float64Array => {
  const scaled = new Float64Array(rows.length * objectives);
  for (let m = 0; m < objectives; m += 1) {
    let [least, most] = [Infinity, -Infinity];
    for (const row of rows) {
      const value = values[row * objectives + m] ?? 0;
      [least, most] = [Math.min(least, value), Math.max(most, value)];
    }
    const span = most > least ? most - least : 1;
    rows.forEach((row, i) => void (scaled[i * objectives + m] = ((values[row * objectives + m] ?? 0) - least) / span));
  }
  return scaled;
};

/** What a row adds to the hypervolume of the others: its box, less what they dominate of it. */
export const exclusiveVolume = (
  values: Float64Array,
  own: number,
  others: readonly number[],
  reference: Float64Array,
): number => {
  const objectives = reference.length;
  const limited = new Float64Array(others.length * objectives);
  let box = 1;
  for (let m = 0; m < objectives; m += 1) {
    const value = values[own * objectives + m] ?? 0;
    box *= (reference[m] ?? 0) - value;
    for (let i = 0; i < others.length; i += 1)
      limited[i * objectives + m] = Math.max(value, values[(others[i] ?? 0) * objectives + m] ?? 0);
  }
  return box - hypervolumeBelow(limited, reference);
};

/**
 * Thins a front to `room` members by taking out the one that adds the least hypervolume, again and again (Beume, Naujoks and Emmerich
 * 2007). What a member adds only grows when others leave, so a measure from before is a lower bound: only the one that seems least is
 * measured anew. Every objective is scaled to the front; of members that add alike the last goes first.
 *
 * @returns `room` rows of `front`, in its order
 */
export const thinByVolume = (
  values: Float64Array,
  objectives: number,
  front: Uint32Array,
  room: number,
): Uint32Array => {
  const scaled = scaleRows(values, objectives, front);
  const reference = new Float64Array(objectives).fill(REFERENCE);
  let left = Array.from(front.keys());
  const measure = (member: number): number =>
    exclusiveVolume(
      scaled,
      member,
      left.filter((other) => other !== member),
      reference,
    );
  const bounds = Float64Array.from(left, () => 0);
  const isFresh = new Uint8Array(front.length);
  while (left.length > room) {
    const least = left.reduce(
      (best, member) => ((bounds[member] ?? 0) <= (bounds[best] ?? 0) ? member : best),
      left[0] ?? 0,
    );
    if (isFresh[least] === 1) {
      left = left.filter((member) => member !== least);
      isFresh.fill(0);
    } else {
      bounds[least] = measure(least);
      isFresh[least] = 1;
    }
  }
  return Uint32Array.from(left, (member) => front[member] ?? 0);
};
