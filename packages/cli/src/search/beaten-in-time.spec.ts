import { beatenInTime, describeBeaten } from './beaten-in-time.js';
import type { ReportedPoint } from './reported-point.js';

const point = (ratio: number, score: number, latencyMs: number): ReportedPoint => ({
  point: { lengths: [1, ratio] },
  score,
  cost: ratio,
  latencyMs,
  speedup: 10 / latencyMs,
});
const full = point(1, 0.9, 10);

test('a configuration is beaten by the fastest that scores at least as well', () => {
  const set = [point(0.3, 0.7, 6), point(0.5, 0.8, 5), point(0.7, 0.85, 4.5), point(0.8, 0.91, 9)];
  expect(beatenInTime(full, set)).toEqual([2, 2, undefined, undefined]);
});

test('the full length beats too, by its number where it is in the set', () => {
  expect(beatenInTime(full, [point(0.5, 0.8, 11)])).toEqual(['full']);
  expect(beatenInTime(full, [point(0.5, 0.8, 11), { ...full, latencyMs: 10.2 }])).toEqual([1, undefined]);
});

test('a lead of less than three percent is no lead', () => {
  expect(beatenInTime(full, [point(0.5, 0.8, 10.2)])).toEqual([undefined]);
  expect(beatenInTime(full, [point(0.5, 0.8, 10.4)])).toEqual(['full']);
});

test('equal times beat nobody, and neither do predicted ones', () => {
  expect(beatenInTime(full, [point(0.5, 0.8, 10)])).toEqual([undefined]);
  const predicted = [point(0.3, 0.7, 6), point(0.5, 0.8, 5)].map(({ speedup: _, ...rest }) => rest);
  expect(beatenInTime(predicted[0] as ReportedPoint, predicted)).toEqual([undefined, undefined]);
});

test('each is told in a sentence', () => {
  const set = [
    { ...point(0.5, 0.8, 11), beatenBy: 'full' as const },
    { ...point(0.6, 0.85, 8), beatenBy: 2 },
    point(0.7, 0.88, 7.5),
  ];
  expect(describeBeaten(full, set)).toEqual([
    'Configuration 0 took 11.00 ms, and the full length, which scores at least as well, 10.00 ms.',
    'Configuration 1 took 8.00 ms, and configuration 2, which scores at least as well, 7.50 ms.',
  ]);
});
