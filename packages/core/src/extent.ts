/** Tokens that are physically there, row by row: a tensor of `rows` x `width` slots whose first `counts[b]` are real. */
export interface Extent {
  readonly rows: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** Of inputs that are padded to the longest of them. */
export const extentOf = (inputs: readonly { readonly ids: ArrayLike<number> }[]): Extent => {
  const counts = inputs.map(({ ids }) => ids.length);
  return { rows: counts.length, width: Math.max(...counts), counts };
};

/** What padding adds to a score or a logit: after a softmax nothing is left of it. */
export const paddingScore = -1e9;

/** A number for each slot, `real` where it holds a token and `padding` where not: [B, T] flattened. */
export const slotValues = (
  { rows, width, counts }: Extent,
  { real, padding }: { readonly real: number; readonly padding: number },
): Float32Array => {
  const values = new Float32Array(rows * width).fill(padding);
  counts.forEach((count, row) => values.fill(real, row * width, row * width + count));
  return values;
};

const isPadded = ({ width, counts }: Extent): boolean => counts.some((count) => count !== width);

/** 1 for real slots, 0 for padding: [B, T] flattened. Undefined when nothing is padded. */
export const validSlots = (extent: Extent): Float32Array | undefined =>
  isPadded(extent) ? slotValues(extent, { real: 1, padding: 0 }) : undefined;

/** What each slot adds to a score, 0 for real ones: [B, T] flattened. Undefined when nothing is padded. */
export const paddingBias = (extent: Extent): Float32Array | undefined =>
  isPadded(extent) ? slotValues(extent, { real: 0, padding: paddingScore }) : undefined;
