import * as fc from 'fast-check';
import { quantize } from './quantize.js';

const arbitraryMatrix = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc.record({
      columns: fc.constant(columns),
      data: fc.float32Array({
        minLength: rows * columns,
        maxLength: rows * columns,
        noNaN: true,
        noDefaultInfinity: true,
        min: -1000,
        max: 1000,
      }),
    }),
  );

describe('int8 quantisation', () => {
  test.each(['rows', 'columns'] as const)('by %s every number comes back within half a step', (groups) => {
    fc.assert(
      fc.property(arbitraryMatrix, ({ data, columns }) => {
        const { values, scales } = quantize(data, { columns, groups });
        expect(scales).toHaveLength(groups === 'rows' ? data.length / columns : columns);
        data.forEach((value, i) => {
          const step = scales[groups === 'rows' ? Math.floor(i / columns) : i % columns] as number;
          expect(Math.abs((values[i] as number) * step - value)).toBeLessThanOrEqual(0.5 * step * (1 + 1e-4));
        });
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('the largest magnitude of each group becomes 127, or what is asked for', () => {
    const { values, scales } = quantize(Float32Array.of(1, -2.01, 0.5, 4), { columns: 2, groups: 'columns' });
    expect([...values]).toEqual([127, -64, 64, 127]);
    expect(scales[0]).toBeCloseTo(1 / 127, 8);
    expect(scales[1]).toBeCloseTo(4 / 127, 8);
    expect([...quantize(Float32Array.of(1, -3), { columns: 2, groups: 'rows', largest: 64 }).values]).toEqual([
      21, -64,
    ]);
  });

  test.each([Number.NaN, Infinity])('a group that holds %d gives no numbers, as it does in single precision', (odd) => {
    for (const data of [Float32Array.of(1, 2, odd, 3), Float32Array.of(1, 2, 3, odd)]) {
      const { values, scales } = quantize(data, { columns: 2, groups: 'rows' });
      expect([...values.subarray(0, 2)]).toEqual([64, 127]);
      expect(scales[0]).toBeCloseTo(2 / 127, 8);
      expect([2, 3].map((i) => (values[i] as number) * (scales[1] as number))).toContainEqual(Number.NaN);
    }
  });

  test('a group of zeros stays zero', () => {
    const { values, scales } = quantize(Float32Array.of(0, 0, 1, 2), { columns: 2, groups: 'rows' });
    expect([...values]).toEqual([0, 0, 64, 127]);
    expect(scales.every((scale) => scale > 0)).toBe(true);
  });
});
