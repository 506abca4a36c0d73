/** A function of several numbers: its value, with its slopes written to `slopes`; NaN where it has none. */
type Slope = (at: Float64Array, slopes: Float64Array) => number;

/**
 * Climbs a smooth function by iRprop- (Igel and Huesken 2000): each number has a step of its own that grows while its
 * slope keeps its sign and halves where it turns; the sizes of slopes do not matter. Nothing is random.
 *
 * @returns the best place that was met, and its value
 */
export const ascend = (
  value: Slope,
  start: Float64Array,
  {
    steps = 40,
    first = 0.2,
    most = 1,
  }: { readonly steps?: number; readonly first?: number; readonly most?: number } = {},
): { readonly at: Float64Array; readonly value: number } => {
  const size = start.length;
  const at = start.slice();
  const slopes = new Float64Array(size);
  const before = new Float64Array(size);
  const strides = new Float64Array(size).fill(first);
  let best = { at: start.slice(), value: -Infinity };
  for (let step = 0; step < steps; step += 1) {
    slopes.fill(0);
    const reached = value(at, slopes);
    if (reached > best.value) best = { at: at.slice(), value: reached };
    if (Number.isNaN(reached)) {
      at.set(best.at);
      for (let p = 0; p < size; p += 1) strides[p] = (strides[p] ?? 0) / 2;
      before.fill(0);
      if (step === 0) break;
      continue;
    }
    let longest = 0;
    for (let p = 0; p < size; p += 1) {
      const turn = (slopes[p] ?? 0) * (before[p] ?? 0);
      if (turn > 0) strides[p] = Math.min(most, 1.2 * (strides[p] ?? 0));
      else if (turn < 0) {
        strides[p] = 0.5 * (strides[p] ?? 0);
        slopes[p] = 0;
      }
      const move = Math.sign(slopes[p] ?? 0) * (strides[p] ?? 0);
      at[p] = (at[p] ?? 0) + move;
      before[p] = slopes[p] ?? 0;
      longest = Math.max(longest, Math.abs(strides[p] ?? 0));
    }
    if (longest < 1e-2) break;
  }
  return best;
};
