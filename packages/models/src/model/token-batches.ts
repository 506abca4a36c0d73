import type { EncoderInput } from '@length-adaptive/core';

const width = (input: EncoderInput): number => input.ids.length;

/**
 * Indices of the inputs in batches for prediction: sorted by length, at most `maxTokens` tokens a batch (padding
 * included), at least one row.
 */
export const tokenBatches = (inputs: readonly EncoderInput[], maxTokens: number): number[][] => {
  const order = inputs
    .map((_, index) => index)
    .sort((a, b) => width(inputs[a] as EncoderInput) - width(inputs[b] as EncoderInput) || a - b);
  const batches: number[][] = [];
  let current: number[] = [];
  for (const index of order) {
    // Sorted ascending: the newcomer is the longest row.
    if (current.length > 0 && (current.length + 1) * width(inputs[index] as EncoderInput) > maxTokens) {
      batches.push(current);
      current = [];
    }
    current.push(index);
  }
  if (current.length > 0) batches.push(current);
  return batches;
};
