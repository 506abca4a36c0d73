import { SearchError } from './errors.js';

/** The four 32-bit words of a generator; JSON keeps them exactly. */
export type RandomState = readonly [number, number, number, number];

/** A seeded source of numbers whose state can be saved and restored. */
export interface Random {
  /** A number in [0, 1) with 53 random bits. */
  next(): number;
  /** An integer from `low` to `high`, both included, without modulo bias. At most 2^32 different values. */
  integer(low: number, high: number): number;
  /** The state now; `restoreRandom` continues from it. */
  state(): RandomState;
}

const WORDS = 2 ** 32;

/** xoshiro128** 1.1 (Blackman and Vigna, public domain): advances the state, gives 32 bits. */
const nextWord = (words: Uint32Array): number => {
  const s0 = words[0] ?? 0;
  const s1 = words[1] ?? 0;
  const product = Math.imul(s1, 5);
  const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
  const s2 = (words[2] ?? 0) ^ s0;
  const s3 = (words[3] ?? 0) ^ s1;
  words[0] = s0 ^ s3;
  words[1] = s1 ^ s2;
  words[2] = s2 ^ (s1 << 9);
  words[3] = (s3 << 11) | (s3 >>> 21);
  return result;
};

const over = (words: Uint32Array): Random => ({
  next: () => ((nextWord(words) >>> 5) * 67108864 + (nextWord(words) >>> 6)) / 9007199254740992, // 27 + 26 bits over 2^53
  integer: (low, high) => {
    const span = high - low + 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || span < 1 || span > WORDS) {
      throw new SearchError(
        'INVALID_OPTION',
        `integer(${low}, ${high}): expected two integers, low <= high, at most 2^32 values apart.`,
      );
    }
    const limit = WORDS - (WORDS % span);
    let word = nextWord(words);
    while (word >= limit) word = nextWord(words);
    return low + (word % span);
  },
  state: () => [words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0],
});

/**
 * A generator from a seed: xoshiro128**, its state filled by splitmix32.
 *
 * @param seed an integer from 0 to 2^32 - 1; the same seed gives the same numbers on every JavaScript engine
 * @throws SearchError `INVALID_OPTION` for any other seed
 * @example
 * const random = createRandom(42);
 * const die = random.integer(1, 6);
 */
export const createRandom = (seed: number): Random => {
  if (!Number.isInteger(seed) || seed < 0 || seed >= WORDS) {
    throw new SearchError('INVALID_OPTION', `seed is ${seed}: expected an integer from 0 to 2^32 - 1.`);
  }
  const words = new Uint32Array(4);
  let counter = seed | 0;
  for (let i = 0; i < 4; i += 1) {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    words[i] = mixed ^ (mixed >>> 15);
  }
  return over(words);
};

/**
 * A generator that continues where `state` was taken.
 *
 * @throws SearchError `INVALID_OPTION` unless the state is four 32-bit words that are not all zero
 */
export const restoreRandom = (state: RandomState): Random => {
  const legal = state.length === 4 && state.every((word) => Number.isInteger(word) && word >= 0 && word < WORDS);
  if (!legal || state.every((word) => word === 0)) {
    throw new SearchError(
      'INVALID_OPTION',
      `random state is ${JSON.stringify(state)}: expected four integers from 0 to 2^32 - 1, not all zero. Use what state() gave.`,
    );
  }
  return over(Uint32Array.from(state));
};
