/** An axis: round numbers that enclose the values. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  readonly decimals: number;
}

/** Round ticks (multiples of 1, 2 or 5 times a power of ten) around values, about `wanted` of them. */
export const axisFor = (values: readonly number[], wanted = 5): Axis => {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const spread = Math.max(highest - lowest, Math.abs(highest) * 0.01, 1e-6);
  const raw = spread / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10) * power;
  const first = Math.floor(lowest / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(highest / step - 1e-9));
  return {
    low: first * step,
    high: last * step,
    ticks: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step),
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
};
