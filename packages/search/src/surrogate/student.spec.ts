import { studentQuantile } from './student.js';

/** Tables of the t distribution; the last column of infinitely many degrees is the normal one. */
test.each([
  [0.95, 10, 1.8125],
  [0.975, 15, 2.1314],
  [0.99, 20, 2.528],
  [0.995, 30, 2.75],
  [0.999, 60, 3.2317],
  [0.9995, 100, 3.3905],
  [0.9999, 1e9, 3.719016],
  [0.999999, 1e9, 4.753424],
  [0.5, 9, 0],
  [0.05, 10, -1.8125],
])('Student quantile %d at %d degrees is %d', (probability, freedom, expected) => {
  expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 3);
});
