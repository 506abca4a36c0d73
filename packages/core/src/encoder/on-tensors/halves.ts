import type { Extent } from '../../extent.js';
import { halvedTokens } from '../../length-config.js';

/** Who becomes one with whom where tokens are taken two by two: a row of T slots becomes one of N. */
export interface Halves {
  readonly extent: Extent;
  /** The slots of each row, those first whose place the new ones take: [B * T] */
  readonly order: Int32Array;
  /** What share each slot has in each new one: [B * N * T] */
  readonly shares: Float32Array;
  /** The new slot that each goes into: [B * T] */
  readonly into: Float32Array;
  /** Counted from 1, the new slot whose state each has again; 0 of the last of an even number, which went into none: [B * T] */
  readonly parts: Int32Array;
  /** The same of one more token behind the last: [B] */
  readonly beyond: Int32Array;
}

/** The first token of each row stays alone, and of more than two the last leaves; the others become one with their next, each row by its own count. */
export const halves = ({ rows, width, counts }: Extent): Halves => {
  const left = counts.map(halvedTokens);
  const size = Math.max(...left);
  const first = Array.from({ length: size }, (_, slot) => Math.max(0, 2 * slot - 1));
  const others = Array.from({ length: width }, (_, slot) => slot).filter((slot) => !first.includes(slot));
  const order = new Int32Array(rows * width);
  const shares = new Float32Array(rows * size * width);
  const into = new Float32Array(rows * width);
  const parts = new Int32Array(rows * width);
  counts.forEach((count, row) => {
    const end = count > 2 ? count - 1 : count;
    order.set([...first, ...others], row * width);
    for (let slot = 0; slot < width; slot++) {
      const to = Math.ceil(slot / 2);
      into[row * width + slot] = Math.min(to, (left[row] as number) - 1);
      parts[row * width + slot] = to < (left[row] as number) ? to + 1 : 0;
      if (slot >= end) continue;
      const alone = slot === 0 || (slot % 2 === 1 && slot + 1 >= end);
      shares[(row * size + to) * width + slot] = alone ? 1 : 0.5;
    }
  });
  const beyond = Int32Array.from(counts, (count) => (count === 2 ? 2 : 0)); // where two are left, all go with the second
  return { extent: { rows, width: size, counts: left }, order, shares, into, parts, beyond };
};
