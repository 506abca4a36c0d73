import fc from 'fast-check';
import { fromInt8Weights, toInt8Weights } from './int8-weights.js';
import type { TensorData } from './safetensors.js';
import { readSafetensors } from './safetensors.js';
import { writeSafetensors } from './write-safetensors.js';

const matrix = (rows: readonly (readonly number[])[]): TensorData => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  data: Float32Array.from(rows.flat()),
  dtype: 'F32',
});
const one = (tensor: TensorData, name = 'dense.weight') => new Map([[name, tensor]]);
const integers = (values: readonly number[], shape: readonly number[]): TensorData => ({
  shape,
  data: Int32Array.from(values),
  dtype: 'I8',
});
const scales = (values: readonly number[], shape: readonly number[] = [values.length, 1]): TensorData => ({
  shape,
  data: Float32Array.from(values),
  dtype: 'F32',
});

/** Rows of one width, with values from the tiniest there are to the largest that weights could have. */
const anyRows = fc.nat(6).chain((columns) =>
  fc.array(
    fc.oneof(
      fc.array(fc.float({ noNaN: true, min: -Math.fround(1e37), max: Math.fround(1e37) }), {
        minLength: columns,
        maxLength: columns,
      }),
      fc.array(fc.float({ noNaN: true, min: -1, max: 1 }), { minLength: columns, maxLength: columns }),
      fc.constant(Array.from({ length: columns }, () => 0)),
    ),
    { minLength: 1, maxLength: 5 },
  ),
);

describe('toInt8Weights', () => {
  test('through a file and back, no value moves by more than half a step of its row', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const stored = readSafetensors(writeSafetensors(toInt8Weights(one(matrix(rows))))).tensors;
        const scale = stored.get('dense.weight_scale');
        expect([stored.get('dense.weight')?.dtype, scale?.dtype, scale?.shape]).toEqual([
          'I8',
          'F32',
          [rows.length, 1],
        ]);
        const read = fromInt8Weights(stored);
        expect([...read.keys()]).toEqual(['dense.weight']);
        const { data, shape } = read.get('dense.weight') as TensorData;
        expect(shape).toEqual([rows.length, rows[0]?.length]);
        rows.forEach((row, r) => {
          const step = scale?.data[r] as number;
          expect(step).toBeGreaterThan(0);
          row.forEach((value, c) => {
            const moved = Math.abs((data[r * row.length + c] as number) - Math.fround(value));
            expect(moved).toBeLessThanOrEqual((step / 2) * (1 + 1e-4) + 2 ** -149); // and what single precision rounds off
            if (row.every((other) => other === 0)) expect(moved).toBe(0);
          });
        });
      }),
      { numRuns: 500 },
    );
  });

  test('the exact integers of a small matrix', () => {
    const out = toInt8Weights(
      one(
        matrix([
          [1, -1, 0.5, 0],
          [0, 0, 0, 0],
          [254, -127, 1, 2],
        ]),
      ),
    );
    expect(Array.from(out.get('dense.weight')?.data ?? [])).toEqual([127, -127, 64, 0, 0, 0, 0, 0, 127, -63, 1, 1]);
    expect(out.get('dense.weight_scale')).toEqual(scales([1 / 127, 1, 2]));
  });

  test('vectors, integers, and what is no weight stay as they are', () => {
    const others = new Map([
      ['dense.bias', scales([1, 2], [2])],
      ['LayerNorm.weight', scales([1, 2], [2])],
      ['position_ids', { shape: [1, 2], data: Int32Array.of(0, 1), dtype: 'I64' } as const],
      ['table', matrix([[1, 2]])],
    ]);
    expect(toInt8Weights(others)).toEqual(others);
    expect(fromInt8Weights(others)).toEqual(others);
  });

  test.each([Number.NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() =>
      toInt8Weights(
        one(
          matrix([
            [1, 2],
            [value, 0],
          ]),
        ),
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'SAFETENSORS_INVALID',
        message: expect.stringMatching(new RegExp(`"dense.weight" holds ${value}; .*finite`)),
      }),
    );
  });
});

describe('fromInt8Weights', () => {
  const weight = integers([1, 2, -3, 127], [2, 2]);
  const read = (more: Readonly<Record<string, TensorData>>) =>
    fromInt8Weights(new Map([['w.weight', weight], ...Object.entries(more)])).get('w.weight');

  test('a scale a row, or one for all; a zero point of zeros says nothing', () => {
    expect(read({ 'w.weight_scale': scales([0.5, 2]) })?.data).toEqual(Float32Array.of(0.5, 1, -6, 254));
    expect(read({ 'w.weight_scale': scales([0.5], [1]) })?.data).toEqual(Float32Array.of(0.5, 1, -1.5, 63.5));
    expect(read({ 'w.weight_scale': scales([1, 1]), 'w.weight_zero_point': integers([0, 0], [2, 1]) })?.dtype).toBe(
      'F32',
    );
  });

  test.each<[string, Readonly<Record<string, TensorData>>, string, RegExp]>([
    ['no scale', {}, 'TENSOR_MISSING', /"w\.weight_scale", .* is not there/],
    [
      'scales of another matrix',
      { 'w.weight_scale': scales([1, 1, 1]) },
      'SHAPE_MISMATCH',
      /shape \[3, 1\], expected \[2, 1\]/,
    ],
    [
      'scales a column',
      { 'w.weight_scale': scales([1, 1], [1, 2]) },
      'SHAPE_MISMATCH',
      /shape \[1, 2\], expected \[2, 1\]/,
    ],
    [
      'a scale that is no number',
      { 'w.weight_scale': scales([1, Number.NaN]) },
      'SAFETENSORS_INVALID',
      /"w\.weight_scale" holds NaN/,
    ],
    ['a negative scale', { 'w.weight_scale': scales([1, -1]) }, 'SAFETENSORS_INVALID', /holds -1/],
    [
      'integers for scales',
      { 'w.weight_scale': { ...integers([1, 1], [2, 1]) } },
      'SAFETENSORS_INVALID',
      /holds integers/,
    ],
    [
      'a zero that moved',
      { 'w.weight_scale': scales([1, 1]), 'w.weight_zero_point': integers([0, 3], [2, 1]) },
      'CONFIG_INVALID',
      /symmetric/,
    ],
  ])('refuses %s', (_, more, code, message) => {
    expect(() => read(more)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
