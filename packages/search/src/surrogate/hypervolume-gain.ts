import { hypervolumeBelow } from '../indicators/hypervolume.js';

/** Values that may come true: for every sample, a row of minimised objectives for each point. */
interface Samples {
  readonly count: number;
  readonly objectives: number;
  /** How many points. */
  readonly points: number;
  /**
   * Objective m of point i in sample s is `values[(s * points + i) * objectives + m]`; a point that breaks a constraint
   * there has Infinity.
   */
  readonly values: Float64Array;
}

/**
 * The volume that a point adds to a front: what it dominates below the reference, less what of that the front
 * dominates.
 */
export const gainOf = (point: Float64Array, front: Float64Array, reference: Float64Array): number => {
  const objectives = reference.length;
  let own = 1;
  for (let m = 0; m < objectives; m += 1) own *= Math.max(0, (reference[m] ?? 0) - (point[m] ?? 0));
  if (!(own > 0)) return 0;
  const limited = new Float64Array(front.length);
  for (let k = 0; k < front.length; k += 1) limited[k] = Math.max(front[k] ?? 0, point[k % objectives] ?? 0);
  return Math.max(0, own - hypervolumeBelow(limited, reference));
};

/**
 * Picks a batch by its expected gain of hypervolume, greedily: after each pick the others' gains are those beyond it
 * too, sample by sample (Daulton, Balandat and Bakshy 2021). Points below `measured` are what is there already: what
 * they truly are is as uncertain as the model says.
 *
 * Gains only shrink as the batch grows, so one is reckoned again only while its old one is the highest.
 *
 * @param measured how many of the first points are there already
 * @returns positions of the points, most gain first; fewer than `size` where nothing more is gained
 */
export const pickByGain = (
  samples: Samples,
  { measured, size, reference }: { readonly measured: number; readonly size: number; readonly reference: Float64Array },
): { readonly picked: number[]; readonly gains: number[] } => {
  const { count, objectives, points, values } = samples;
  const at = (sample: number, point: number): Float64Array =>
    values.subarray((sample * points + point) * objectives, (sample * points + point + 1) * objectives);
  const fronts = Array.from({ length: count }, (_, sample) =>
    values.slice(sample * points * objectives, (sample * points + measured) * objectives),
  );
  const gain = (point: number): number => {
    let sum = 0;
    for (let s = 0; s < count; s += 1) sum += gainOf(at(s, point), fronts[s] ?? new Float64Array(0), reference);
    return sum / count;
  };
  const bounds = new Float64Array(points).fill(-1);
  const current = new Uint32Array(points); // the size of the batch for which a bound was reckoned
  for (let point = measured; point < points; point += 1) bounds[point] = gain(point);
  const picked: number[] = [];
  const gains: number[] = [];
  while (picked.length < size) {
    const best = bounds.reduce((first, value, i) => (value > (bounds[first] ?? -1) ? i : first), 0);
    const value = bounds[best] ?? -1;
    if (!(value > 0)) break;
    if (current[best] !== picked.length) {
      bounds[best] = gain(best);
      current[best] = picked.length;
      continue;
    }
    picked.push(best);
    gains.push(value);
    bounds[best] = -1;
    for (let s = 0; s < count; s += 1) {
      const before = fronts[s] ?? new Float64Array(0);
      const after = new Float64Array(before.length + objectives);
      after.set(before);
      after.set(at(s, best), before.length);
      fronts[s] = after;
    }
  }
  return { picked, gains };
};
