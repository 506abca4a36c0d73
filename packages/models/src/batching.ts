import type { EncoderInput } from '@length-adaptive/core';
import { createRandom, shuffled } from '@length-adaptive/core/random';
import type { LabelledInput } from './tasks/labelled-input.js';

const width = (input: EncoderInput): number => input.ids.length;

/** How many batches' worth of shuffled examples are sorted by length together. */
const bucketBatches = 8;

/**
 * The batches of one training epoch: shuffled, then sorted by length within buckets so that little is padded, then the
 * batches shuffled again. The same seed and epoch give the same batches.
 */
export const trainingBatches = (
  examples: readonly LabelledInput[],
  batchSize: number,
  seed: number,
  epoch: number,
): LabelledInput[][] => {
  const random = createRandom(seed, epoch);
  const order = shuffled(examples, random);
  const bucket = batchSize * bucketBatches;
  const batches: LabelledInput[][] = [];
  for (let start = 0; start < order.length; start += bucket) {
    const sorted = order.slice(start, start + bucket).sort((a, b) => width(a.input) - width(b.input));
    for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
  }
  return shuffled(batches, random);
};

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
