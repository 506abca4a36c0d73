import fc from 'fast-check';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half-float.js';

const toHalf = (value: number) => float32ToFloat16(Float32Array.of(value))[0];
const toBrain = (value: number) => float32ToBfloat16(Float32Array.of(value))[0];

describe('half precision', () => {
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('bits %d are %d and back', (bits, value) => {
    expect(float16ToFloat32(Uint16Array.of(bits))[0]).toBe(value);
    expect(toHalf(value)).toBe(bits);
  });

  test('every one of the 65,536 bit patterns survives a round trip, NaN as NaN', () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const values = float16ToFloat32(bits);
    const back = float32ToFloat16(values);
    const changed = bits.filter((pattern, i) =>
      Number.isNaN(values[i]) ? ((back[i] ?? 0) & 0x7fff) !== 0x7e00 : back[i] !== pattern,
    );
    expect(changed).toHaveLength(0);
  });

  test('rounding is to the nearest, ties to even, carries into the exponent, overflow to infinity', () => {
    expect(toHalf(1 + 2 ** -11)).toBe(0x3c00);
    expect(toHalf(1 + 3 * 2 ** -11)).toBe(0x3c02);
    expect(toHalf(1 + 2 ** -11 + 2 ** -20)).toBe(0x3c01);
    expect(toHalf(2 - 2 ** -12)).toBe(0x4000);
    expect(toHalf(2 ** -14 - 2 ** -26)).toBe(0x0400);
    expect(toHalf(2 ** -25)).toBe(0x0000);
    expect(toHalf(2 ** -25 * 1.001)).toBe(0x0001);
    expect(toHalf(65_519)).toBe(0x7bff);
    expect(toHalf(65_520)).toBe(0x7c00);
  });

  test('the rounding error is at most half a unit in the last place', () => {
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const back = float16ToFloat32(float32ToFloat16(Float32Array.of(value)))[0] ?? Number.NaN;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(value) * 2 ** -11));
      }),
    );
  });
});

describe('brain floats', () => {
  test('are the upper half of a single, rounded to nearest even', () => {
    expect(toBrain(1)).toBe(0x3f80);
    expect(toBrain(1 + 2 ** -8)).toBe(0x3f80);
    expect(toBrain(1 + 3 * 2 ** -8)).toBe(0x3f82);
    expect(toBrain(-Infinity)).toBe(0xff80);
    expect(bfloat16ToFloat32(Uint16Array.of(toBrain(Number.NaN) ?? 0))[0]).toBeNaN();
    expect(Array.from(bfloat16ToFloat32(Uint16Array.of(0x3f80, 0xc000)))).toEqual([1, -2]);
  });
});
