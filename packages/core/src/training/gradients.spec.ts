import type { Gradients } from './gradients.js';
import { addGradient, globalNorm } from './gradients.js';

test('sums of gradients by rows merge their rows', () => {
  const sums: Gradients = new Map();
  addGradient(sums, 'table', { values: Float32Array.of(1, 2, 3, 4), rows: Int32Array.of(0, 4) });
  addGradient(sums, 'table', { values: Float32Array.of(10, 20), rows: Int32Array.of(4) });
  addGradient(sums, 'table', { values: Float32Array.of(5, 6), rows: Int32Array.of(2) });
  expect(sums.get('table')).toEqual({ values: Float32Array.of(1, 2, 5, 6, 13, 24), rows: Int32Array.of(0, 2, 4) });
  expect(() => addGradient(sums, 'table', { values: new Float32Array(10) })).toThrow(/once whole and once by rows/);
});

test('the global norm spans all parameters', () => {
  expect(globalNorm(new Map([['a', { values: Float32Array.of(3) }], ['b', { values: Float32Array.of(0, 4) }]]))).toBe(5); // prettier-ignore
});
