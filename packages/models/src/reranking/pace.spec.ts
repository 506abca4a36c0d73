import { createLatencyModel, fitLatency } from '../latency/latency-model.js';
import { createPace } from './pace.js';

const lengths = [1, 0.5];
const passes = [8, 16, 32].flatMap((tokens) => [
  { tokens, point: {}, milliseconds: tokens },
  { tokens, point: { lengths }, milliseconds: 0.7 * tokens },
]);

test("bits that were not timed are taken for the model's own until batches in them ran", () => {
  const pace = createPace({ macs: (tokens) => 1000 * tokens });
  const latency = createLatencyModel(fitLatency(passes, 2), 2);
  pace.calibrate(latency);
  const own = pace.expected([16, 16], { lengths });
  expect(pace.expected([16, 16], { lengths, bits: 8 })).toBeCloseTo(own, 9);
  for (let batch = 0; batch < 40; batch++) pace.observe([16, 16], { lengths, bits: 8 }, own / 2);
  expect(pace.expected([16, 16], { lengths, bits: 8 })).toBeCloseTo(own / 2, 6);
  latency.observe(16, { bits: 8 }, 1e6); // says nothing of what was timed
  expect(pace.expected([32], {})).toBeLessThan(64);
});
