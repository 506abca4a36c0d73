import { linearSchedule } from './schedule.js';

test('warms up linearly, then decays linearly to zero', () => {
  const rates = Array.from({ length: 10 }, (_, step) => linearSchedule(step, 10, 0.2));
  expect(rates.slice(0, 2)).toEqual([0.5, 1]);
  expect(rates[2]).toBe(1);
  expect(rates[9]).toBeCloseTo(1 / 8);
  expect(linearSchedule(10, 10, 0.2)).toBe(0);
});

test('without warm-up starts at the peak', () => {
  expect(linearSchedule(0, 4)).toBe(1);
  expect(linearSchedule(3, 4)).toBe(0.25);
});
