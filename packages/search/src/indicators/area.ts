import { rowOrder } from './row-order.js';

/**
 * The area that points dominate below a corner: one sweep along the second objective, O(N log N).
 *
 * @param values rows of two minimised objectives
 */
export const areaBelow = (values: Float64Array, reference: Float64Array): number => {
  const [right = 0, top = 0] = reference;
  let area = 0;
  let edge = right;
  for (const point of rowOrder(values, 2)) {
    const x = values[2 * point] ?? 0;
    const y = values[2 * point + 1] ?? 0;
    if (x >= edge || y >= top) continue;
    area += (edge - x) * (top - y);
    edge = x;
  }
  return area;
};
