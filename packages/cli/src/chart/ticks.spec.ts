import { axisFor } from './ticks.js';

test.each([
  [
    [0.31, 1],
    [0.2, 1],
  ],
  [
    [0.883, 0.911],
    [0.88, 0.92],
  ],
  [[0.5], [0.5, 0.501]],
  [
    [1, 1],
    [1, 1.002],
  ],
  [
    [-0.2, 0.3],
    [-0.2, 0.3],
  ],
])('round ticks around %j', (values, [low, high]) => {
  const axis = axisFor(values);
  expect(axis.low).toBeCloseTo(low ?? 0, 9);
  expect(axis.high).toBeCloseTo(high ?? 0, 9);
  expect(new Set(axis.ticks.map((tick) => tick.toFixed(axis.decimals))).size).toBe(axis.ticks.length);
});
