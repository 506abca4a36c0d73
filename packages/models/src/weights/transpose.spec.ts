import * as fc from 'fast-check';
import { transpose } from './transpose.js';

const arbitraryMatrix = fc.tuple(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 80 }));

describe('transpose', () => {
  test('every number of a matrix goes where row and column are exchanged', () => {
    fc.assert(
      fc.property(arbitraryMatrix, ([rows, columns]) => {
        const matrix = Float32Array.from({ length: rows * columns }, (_, i) => i);
        const turned = transpose(matrix, rows, columns);
        expect(turned).toHaveLength(matrix.length);
        matrix.forEach((value, i) => expect(turned[(i % columns) * rows + Math.floor(i / columns)]).toBe(value));
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test('twice is as it was', () => {
    const matrix = Float32Array.from({ length: 33 * 65 }, Math.sin);
    expect(transpose(transpose(matrix, 33, 65), 65, 33)).toEqual(matrix);
  });
});
