/**
 * The `q`-quantile of values, 0 <= q <= 1, with linear interpolation between the two nearest; 0.5 is the median.
 *
 * @throws RangeError without values
 */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined)
    throw new RangeError(`There is no ${q}-quantile of ${values.length} values.`);
  return low + (high - low) * (at - Math.floor(at));
};
