/** 64 bits lie in five UTF-16 units of 13 bits: none is a surrogate, so the key also survives UTF-8, hashing and a network. */
const UNITS = 5;
/** Genes that become a string in one call. */
const CHUNK = 200;

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
let units: number[] = [];

/**
 * A key for a vector of numbers: its bits as a string. Exact, and far cheaper than JSON. 0 and -0 are one.
 *
 * @example
 * vectorKey([0.1, 0.2]) === vectorKey([0.2, 0.1]); // false
 */
export const vectorKey = (genome: readonly number[]): string => {
  let key = '';
  for (let start = 0; start < genome.length; start += CHUNK) {
    const end = Math.min(genome.length, start + CHUNK);
    if (units.length !== UNITS * (end - start)) units = new Array<number>(UNITS * (end - start)).fill(0);
    for (let i = start, at = 0; i < end; i += 1, at += UNITS) {
      number[0] = (genome[i] ?? 0) + 0; // -0 + 0 is 0
      const one = words[0] ?? 0;
      const two = words[1] ?? 0;
      units[at] = one & 0x1fff;
      units[at + 1] = (one >>> 13) & 0x1fff;
      units[at + 2] = (one >>> 26) | ((two & 0x7f) << 6);
      units[at + 3] = (two >>> 7) & 0x1fff;
      units[at + 4] = two >>> 20;
    }
    key += String.fromCharCode(...units);
  }
  return key;
};
