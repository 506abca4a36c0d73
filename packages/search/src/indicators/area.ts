import { rowOrder } from '../row-order.js';
import { addStair, startStairs } from './stairs.js';

/**
 * The area that points dominate below a corner: one sweep along the first objective, O(N log N).
 *
 * @param values rows of two minimised objectives, each below the corner
 */
export const areaBelow = (values: Float64Array, [right = 0, top = 0]: Float64Array): number => {
  startStairs(right, top, values.length / 2);
  let area = 0;
  for (const row of rowOrder(values, 2, 0)) area += addStair(values[2 * row] ?? 0, values[2 * row + 1] ?? 0);
  return area;
};
