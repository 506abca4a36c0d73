/** All 65,536 half-precision numbers as single precision, built on first use (256 KB). */
let halfTable: Float32Array | undefined;

const buildHalfTable = (): Float32Array => {
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits += 1) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : Number.NaN;
    else table[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return table;
};

/** Half precision (IEEE 754 binary16 bit patterns) as single precision; exact. */
export const float16ToFloat32 = (bits: Uint16Array): Float32Array => {
  const table = (halfTable ??= buildHalfTable());
  const length = bits.length;
  const out = new Float32Array(length);
  for (let i = 0; i < length; i += 1) out[i] = table[bits[i] as number] as number;
  return out;
};

/** Brain floats (the upper half of a single-precision number) as single precision; exact. */
export const bfloat16ToFloat32 = (bits: Uint16Array): Float32Array => {
  const length = bits.length;
  const out = new Uint32Array(length);
  for (let i = 0; i < length; i += 1) out[i] = (bits[i] as number) << 16;
  return new Float32Array(out.buffer);
};

/** Shifts `value` right by `shift` bits, rounding to nearest, ties to even. */
const roundShift = (value: number, shift: number): number => {
  const half = 2 ** (shift - 1);
  const remainder = value & (2 ** shift - 1);
  const quotient = value >>> shift;
  return remainder > half || (remainder === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
};

/** Single precision as half precision, rounded to nearest even; finite values beyond 65,504 become infinite. */
export const float32ToFloat16 = (values: Float32Array): Uint16Array => {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i += 1) {
    const word = words[i] as number;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    const exponent = magnitude >>> 23;
    if (magnitude > 0x7f800000) out[i] = sign | 0x7e00;
    else if (magnitude >= 0x47800000) out[i] = sign | 0x7c00;
    else if (exponent >= 113) out[i] = sign | roundShift(magnitude - (112 << 23), 13);
    else if (exponent >= 102) out[i] = sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
    else out[i] = sign;
  }
  return out;
};

/** Single precision as brain floats, rounded to nearest even. */
export const float32ToBfloat16 = (values: Float32Array): Uint16Array => {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i += 1) {
    const word = words[i] as number;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    out[i] = isNaN ? (word >>> 16) | 0x40 : roundShift(word, 16);
  }
  return out;
};
