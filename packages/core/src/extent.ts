/** Tokens that are physically there, row by row: a tensor of `rows` x `width` slots whose first `counts[b]` are real. */
export interface Extent {
  readonly rows: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** 1 for real slots, 0 for padding: [B, T] flattened. Undefined when nothing is padded. */
export const validSlots = ({ rows, width, counts }: Extent): Float32Array | undefined => {
  if (counts.every((count) => count === width)) return undefined;
  const valid = new Float32Array(rows * width);
  counts.forEach((count, row) => valid.fill(1, row * width, row * width + count));
  return valid;
};

/** What a padding key adds to its attention score: after a softmax nothing is left of it. */
export const paddingScore = -1e9;
