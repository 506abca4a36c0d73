import type { Gradients, ParameterValues } from '@length-adaptive/core';
import { moveWeights, scaleWeights } from './scale-weights.js';

/** The largest change of a weight where a curvature is measured by differences: small beside weights of a few hundredths. */
const probe = 1e-4;

/** The largest absolute number of gradients. */
const largestOf = (gradients: Gradients): number => {
  let largest = 0;
  for (const { values } of gradients.values())
    for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
  return largest;
};

/** (ahead - behind) * by: both are of one batch, and hold the same rows. */
const differenceOf = (ahead: Gradients, behind: Gradients, by: number): Gradients =>
  new Map(
    [...ahead].map(([name, { values, rows }]) => {
      const others = behind.get(name)?.values;
      return [name, { rows, values: values.map((value, i) => (value - (others?.[i] ?? 0)) * by) }];
    }),
  );

/**
 * How a gradient changes along a direction: the Hessian times the direction, by central differences of two gradients. Along the slope of a gradient's size it is
 * the gradient of that size by the weights.
 *
 * @param gradientsAt the gradients of one batch at weights, which it may keep
 */
export const curvatureAlong = async (
  weights: ParameterValues,
  direction: Gradients,
  gradientsAt: (weights: ParameterValues) => Promise<Gradients>,
): Promise<Gradients> => {
  const widest = largestOf(direction);
  if (widest === 0) return new Map();
  const by = probe / widest;
  const moved = (sign: number): ParameterValues => moveWeights(scaleWeights(weights, new Map()), direction, sign * by);
  const ahead = await gradientsAt(moved(1));
  const behind = await gradientsAt(moved(-1));
  return differenceOf(ahead, behind, 1 / (2 * by));
};
