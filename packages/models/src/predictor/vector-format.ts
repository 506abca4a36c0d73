import type { Embedding, VectorFormat } from './embedding.js';

/** A vector in 8 bits a number: the largest becomes 127 or -127. */
const toInt8 = (vector: Float32Array): Pick<Embedding, 'vector' | 'scale'> => {
  const scale = vector.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / 127;
  return { vector: Int8Array.from(vector, (value) => (scale === 0 ? 0 : Math.round(value / scale))), scale };
};

/** A bit a number, whether it is above 0: eight a byte, the first in the highest bit; what is missing of the last byte is 0. */
const toBits = (vector: Float32Array): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil(vector.length / 8));
  vector.forEach((value, i) => {
    if (value > 0) bytes[i >> 3] = (bytes[i >> 3] as number) | (0x80 >> (i & 7));
  });
  return bytes;
};

/** A vector in the format that is asked for. */
export const inFormat = (
  vector: Float32Array,
  format: VectorFormat = 'float32',
): Pick<Embedding, 'vector' | 'scale'> => {
  if (format === 'int8') return toInt8(vector);
  return { vector: format === 'binary' ? toBits(vector) : vector };
};
