/** A seeded source of random numbers. Same seed, same numbers, on every platform. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform on the integers `low` to `high`, both ends included. */
  integer(low: number, high: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
}

const golden = 0x9e3779b9;

/** Mixes one integer into a 32-bit hash (the finaliser of MurmurHash3). */
const mix = (hash: number, value: number): number => {
  let h = (hash ^ value) + golden;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
};

/**
 * A generator (sfc32) for one stream of a seed.
 *
 * A stream is named by integers, so that training needs no generator state in a checkpoint:
 * `createRandom(seed, step, pass)` gives the same numbers whether or not the run was interrupted before it.
 */
export const createRandom = (seed: number, ...stream: readonly number[]): Random => {
  const hash = stream.reduce(mix, mix(0, seed | 0));
  let a = mix(hash, 1);
  let b = mix(hash, 2);
  let c = mix(hash, 3);
  let counter = 1;

  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();

  return {
    uniform: next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
};

/** A new array with the items in random order (Fisher-Yates). */
export const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const order = items.map((_, index) => index);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    const swap = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swap;
  }
  return order.map((index) => items[index] as T);
};
