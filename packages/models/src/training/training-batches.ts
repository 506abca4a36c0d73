import { createRandom, shuffled } from '@length-adaptive/core';
import type { LabelledInput } from '../tasks/labelled-input.js';

const width = ({ input }: LabelledInput): number => input.ids.length;

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
    const sorted = order.slice(start, start + bucket).sort((a, b) => width(a) - width(b));
    for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
  }
  return shuffled(batches, random);
};
