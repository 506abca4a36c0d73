import type { Space } from '../space.js';

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/** MurmurHash3's step for a word (Appleby, public domain). */
const mix = (hash: number, word: number): number => {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
};

/** Tells vectors of numbers apart by their bits, as `vectorKey` does, without making a string. */
export const vectorIdentity: NonNullable<Space<readonly number[]>['identity']> = {
  hash: (genome) => {
    let hash = genome.length;
    for (let i = 0; i < genome.length; i += 1) {
      number[0] = (genome[i] ?? 0) + 0; // -0 + 0 is 0
      hash = mix(mix(hash, words[0] ?? 0), words[1] ?? 0);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  },
  same: (a, b) => {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
    return true;
  },
};
